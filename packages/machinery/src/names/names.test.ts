import { describe, expect, test } from 'vitest';
import {
  checkCIdentifier,
  checkConfigMapKey,
  checkEnvVarName,
  checkHttpHeaderName,
  checkPortName,
  checkPortNumber,
} from './config-keys.ts';
import { checkDns1035Label, checkDns1123Label, checkDns1123Subdomain } from './dns.ts';
import { checkCidr, checkIp } from './ip.ts';
import { checkLabelValue, checkQualifiedName } from './labels.ts';
import { generateName, nameIsDnsLabel, nameIsDnsSubdomain, nameIsPathSegment } from './object-names.ts';

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const key =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('names are refused in upstream words', () => {
  test.each([
    [checkDns1123Label, 'my-name', []],
    [checkDns1123Label, 'My', [label]],
    [checkDns1123Label, 'a.b', ['must not contain dots']],
    [checkDns1123Label, 'a'.repeat(64), ['must be no more than 63 characters']],
    [checkDns1123Subdomain, 'a.b-c.d1', []],
    [checkDns1123Subdomain, 'a..b', [subdomain]],
    [checkDns1123Subdomain, 'a'.repeat(254), ['must be no more than 253 characters']],
    [checkDns1035Label, 'a-1', []],
    [
      checkDns1035Label,
      '1a',
      [
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
    [checkQualifiedName, 'example.com/My_Name.1', []],
    [checkQualifiedName, '', ['name part must be non-empty', `name part ${key}`]],
    [checkQualifiedName, '/a', ['prefix part must be non-empty']],
    [checkQualifiedName, 'A_/a', [`prefix part ${subdomain}`]],
    [checkQualifiedName, `a/${'b'.repeat(64)}`, ['name part must be no more than 63 bytes']],
    [
      checkQualifiedName,
      'a/b/c',
      [`a valid label key ${key} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
    ],
    [checkLabelValue, '', []],
    [checkLabelValue, 'x'.repeat(64), ['must be no more than 63 bytes']],
    [
      checkLabelValue,
      '-x',
      [
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
    [checkConfigMapKey, 'key.name', []],
    [checkConfigMapKey, '..', ["must not be '..'"]],
    [checkConfigMapKey, '..a', ["must not start with '..'"]],
    [
      checkConfigMapKey,
      'a b',
      [
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    [checkEnvVarName, 'any thing:1', []],
    [checkEnvVarName, '', ['environment variable name must be non-empty']],
    [
      checkEnvVarName,
      'a=b',
      ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
    ],
    [
      checkHttpHeaderName,
      'X Y',
      [
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
      ],
    ],
    [
      checkCIdentifier,
      '1a',
      [
        "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
      ],
    ],
    [
      checkPortName,
      '-A--',
      [
        'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'must contain at least one letter (a-z)',
        'must not contain consecutive hyphens',
        'must not begin or end with a hyphen',
      ],
    ],
    [checkPortName, 'a'.repeat(16), ['must be no more than 15 characters']],
    [checkIp, '10.0.0.1', []],
    [checkIp, '2001:db8::1', []],
    [checkIp, '10.0.0.01', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    [checkCidr, '10.0.0.0/8', []],
    [checkCidr, '2001:db8::/64', []],
    [checkCidr, '10.0.0.0/33', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ] as ReadonlyArray<readonly [(value: string) => string[], string, string[]]>)(
    '%#: %o %j',
    (check, value, problems) => {
      expect(check(value)).toEqual(problems);
    },
  );

  test('ports are between 1 and 65535', () => {
    expect([1, 65_535].flatMap(checkPortNumber)).toEqual([]);
    expect([0, 65_536].flatMap(checkPortNumber)).toEqual([
      'must be between 1 and 65535, inclusive',
      'must be between 1 and 65535, inclusive',
    ]);
  });
});

describe('rules for object names', () => {
  test('a prefix may end in a dash', () => {
    expect(nameIsDnsSubdomain('hello-', { isPrefix: true })).toEqual([]);
    expect(nameIsDnsSubdomain('hello-')).toEqual([subdomain]);
    expect(nameIsDnsLabel('-', { isPrefix: true })).toEqual([label]);
  });

  test('a path segment is anything that can stand in a URL', () => {
    expect(nameIsPathSegment('Any:Thing')).toEqual([]);
    expect(nameIsPathSegment('..')).toEqual(["may not be '..'"]);
    expect(nameIsPathSegment('.', { isPrefix: true })).toEqual([]);
    expect(nameIsPathSegment('a/b%')).toEqual(["may not contain '/'", "may not contain '%'"]);
  });

  test('a generated name stays a DNS label', () => {
    expect(generateName('hello-', () => 'abcde')).toBe('hello-abcde');
    expect(generateName('x'.repeat(100), () => 'abcde')).toBe(`${'x'.repeat(58)}abcde`);
  });
});
