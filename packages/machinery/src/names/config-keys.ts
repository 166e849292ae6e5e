import { maxDnsSubdomainLength } from './dns.ts';
import { byteLength, maxLengthExplanation, rangeExplanation, regexExplanation } from './explain.ts';

const configKeyFormat = '[-._a-zA-Z0-9]+';
const configKeyRegex = new RegExp(`^${configKeyFormat}$`);
const headerFormat = '[-A-Za-z0-9]+';
const headerRegex = new RegExp(`^${headerFormat}$`);
const identifierFormat = '[A-Za-z_][A-Za-z0-9_]*';
const identifierRegex = new RegExp(`^${identifierFormat}$`);

/** What is wrong with a key of a ConfigMap or Secret, which becomes a file name in volumes. */
export function checkConfigMapKey(value: string): string[] {
  const problems: string[] = [];
  if (byteLength(value) > maxDnsSubdomainLength) problems.push(maxLengthExplanation(maxDnsSubdomainLength));
  if (!configKeyRegex.test(value)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    problems.push(regexExplanation(rule, configKeyFormat, ['key.name', 'KEY_NAME', 'key-name']));
  }
  return [...problems, ...checkDots(value)];
}

/** What is wrong with the name of an environment variable: any printable ASCII but `=` will do. */
export function checkEnvVarName(value: string): string[] {
  const problems = value === '' ? ['environment variable name must be non-empty'] : [];
  if (/^[\x20-\x3c\x3e-\x7e]*$/.test(value)) return problems;
  const rule =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return [...problems, rule];
}

/** What is wrong with the name of an HTTP header; nothing for a valid one. */
export function checkHttpHeaderName(value: string): string[] {
  if (headerRegex.test(value)) return [];
  const rule = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return [regexExplanation(rule, headerFormat, ['X-Header-Name'])];
}

/** What is wrong with an identifier of the C language; nothing for a valid one. */
export function checkCIdentifier(value: string): string[] {
  if (identifierRegex.test(value)) return [];
  const rule =
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
  return [regexExplanation(rule, identifierFormat, ['my_name', 'MY_NAME', 'MyName'])];
}

/** What is wrong with a port number. */
export function checkPortNumber(port: number): string[] {
  return port >= 1 && port <= 65_535 ? [] : [rangeExplanation(1, 65_535)];
}

/** What is wrong with the name of a port (an IANA service name). */
export function checkPortName(name: string): string[] {
  const problems: string[] = [];
  if (byteLength(name) > 15) problems.push(maxLengthExplanation(15));
  if (!/^[-a-z0-9]+$/.test(name)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

function checkDots(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}
