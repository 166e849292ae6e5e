import { describe, expect, test } from 'vitest';
import { cellsOf, createErrors, objectOf } from '../registry/kind-fixture.ts';
import { trustedIssuer } from './trusted-issuer.ts';

const rule = { match: "claims.repository == 'acme/web'", user: 'claims.sub' };
const spec = { issuer: 'https://token.example.com', audiences: ['berth'], claims: [rule] };

const errorsOf = (changes: Record<string, unknown>) =>
  createErrors(trustedIssuer, { spec: { ...spec, ...changes } });
const errorsOfRule = (changes: Record<string, unknown>) => errorsOf({ claims: [{ ...rule, ...changes }] });

describe('TrustedIssuer', () => {
  test('the smallest one is good', () => {
    expect(errorsOf({})).toEqual([]);
  });

  test.for([
    ['', 'Required value: URL is required'],
    ['token.example.com', 'Invalid value: "token.example.com": must be a URL'],
    ['http://token.example.com', 'Invalid value: "http://token.example.com": URL scheme must be https'],
    ['file:///etc/passwd', 'Invalid value: "file:///etc/passwd": URL scheme must be https'],
    [
      'http://127.0.0.1.example.com',
      'Invalid value: "http://127.0.0.1.example.com": URL scheme must be https',
    ],
    [
      'https://a:b@example.com',
      'Invalid value: "https://a:b@example.com": URL must not contain a username or password',
    ],
    ['https://example.com/?a', 'Invalid value: "https://example.com/?a": URL must not contain a query'],
    ['https://example.com/#a', 'Invalid value: "https://example.com/#a": URL must not contain a fragment'],
  ])('the issuer may not be %j', ([issuer, message]) => {
    expect(errorsOf({ issuer })).toEqual([`spec.issuer: ${message}`]);
  });

  test.for(['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1/realm'])(
    '%s may be plain HTTP, as it is loopback',
    (issuer) => {
      expect(errorsOf({ issuer })).toEqual([]);
    },
  );

  test.for<readonly [Record<string, unknown>, string]>([
    [{ audiences: [] }, 'spec.audiences: Required value: at least one audience is required'],
    [{ audiences: [''] }, "spec.audiences[0]: Required value: audience can't be empty"],
    [{ audiences: ['a', 'a'] }, 'spec.audiences[1]: Duplicate value: "a"'],
    [{ claims: [] }, 'spec.claims: Required value: at least one rule is required'],
    [
      { usernamePrefix: 'system:' },
      `spec.usernamePrefix: Invalid value: "system:": must not begin with 'system:', which is reserved`,
    ],
    [
      { groupPrefix: 'berth:x' },
      `spec.groupPrefix: Invalid value: "berth:x": must not begin with 'berth:', which is reserved`,
    ],
    [
      { clockSkewSeconds: 301 },
      'spec.clockSkewSeconds: Invalid value: 301: must be between 0 and 300, inclusive',
    ],
    [
      { maxTokenAgeSeconds: 0 },
      'spec.maxTokenAgeSeconds: Invalid value: 0: must be between 1 and 2592000, inclusive',
    ],
    [
      { certificateAuthority: 'x' },
      'spec.certificateAuthority: Invalid value: "<omitted>": must hold certificates in PEM',
    ],
    [
      { certificateAuthority: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      'spec.certificateAuthority: Invalid value: "<omitted>": holds a malformed certificate',
    ],
    [{ deviceFlow: { clientId: '' } }, 'spec.deviceFlow.clientId: Required value'],
    [
      { deviceFlow: { clientId: 'a', scopes: ['open id'] } },
      'spec.deviceFlow.scopes[0]: Invalid value: "open id": must be a scope token of OAuth 2.0',
    ],
    [
      { claimValidationRules: [{}] },
      'spec.claimValidationRules[0]: Required value: claim or expression is required',
    ],
    [
      { claimValidationRules: [{ claim: 'a', message: 'b' }] },
      `spec.claimValidationRules[0].message: Invalid value: "b": message can't be set when claim is set`,
    ],
    [
      { userValidationRules: [{ expression: 'claims.sub' }] },
      'spec.userValidationRules[0].expression: Invalid value: "claims.sub": compilation failed: ERROR: <input>:1:1: Unknown variable: claims',
    ],
  ])('%j is refused', ([changes, message]) => {
    expect(errorsOf(changes)).toEqual([message]);
  });

  test.for<readonly [Record<string, unknown>, string]>([
    [{ match: '' }, 'match: Required value: expression is required'],
    [
      { match: "claims.repository == 'acme/web' &&" },
      `match: Invalid value: "claims.repository == 'acme/web' &&": compilation failed: ERROR: <input>:1:35: Unexpected token: EOF`,
    ],
    [{ match: 'claims.admin' }, 'match: Invalid value: "claims.admin": must evaluate to bool'],
    [{ match: 'claims.?admin' }, 'match: Invalid value: "claims.?admin": must evaluate to bool'],
    [{ user: "['a']" }, `user: Invalid value: "['a']": must evaluate to a string`],
    [{ groups: '5' }, 'groups: Invalid value: "5": must evaluate to a string or a list of strings'],
    [
      { uid: 'foo' },
      'uid: Invalid value: "foo": compilation failed: ERROR: <input>:1:1: Unknown variable: foo',
    ],
    [
      { user: 'claims.email' },
      'user: Invalid value: "claims.email": claims.email_verified must be used in match, user, extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in user',
    ],
    [
      { extra: [{ key: 'ref', valueExpression: 'claims.ref' }] },
      'extra[0].key: Invalid value: "ref": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
    [
      { extra: [{ key: 'a.k8s.io/ref', valueExpression: 'claims.ref' }] },
      'extra[0].key: Invalid value: "a.k8s.io/ref": k8s.io, kubernetes.io, berth.dev and their subdomains are reserved',
    ],
  ])('a rule of %j is refused', ([changes, message]) => {
    expect(errorsOfRule(changes)).toEqual([`spec.claims[0].${message}`]);
  });

  test.for<Record<string, unknown>>([
    { groups: "['deployers']" },
    { groups: 'claims.?groups', uid: 'claims.?uid' },
    { groups: "claims.?groups.orValue([]).map(g, 'team-' + g)" },
    { user: 'claims.email', match: 'claims.?email_verified.orValue(false) == true' },
    {
      extra: [{ key: 'acme.io/ref', valueExpression: 'claims.ref' }],
      scope: { namespaces: ['web'], verbs: ['get'] },
    },
  ])('a rule of %j is good', (changes) => {
    expect(errorsOfRule(changes)).toEqual([]);
  });

  test('an issuer named as a reserved prefix cannot lend it to its users', () => {
    const object = trustedIssuer.strategy.applyDefaults(
      objectOf(trustedIssuer, { metadata: { name: 'system' }, spec }),
    );
    expect(trustedIssuer.strategy.validateCreate(object).map(({ field }) => field)).toEqual([
      'spec.usernamePrefix',
      'spec.groupPrefix',
    ]);
  });

  test('its defaults stand in the object, and what is given stays', () => {
    const defaulted = (given: Record<string, unknown>) =>
      trustedIssuer.strategy.applyDefaults(
        objectOf(trustedIssuer, { metadata: { name: 'github' }, spec: { ...spec, ...given } }),
      )['spec'];
    expect(defaulted({})).toEqual({
      ...spec,
      usernamePrefix: 'github:',
      groupPrefix: 'github:',
      clockSkewSeconds: 30,
      maxTokenAgeSeconds: 86_400,
    });
    expect(defaulted({ usernamePrefix: '', clockSkewSeconds: 0 })).toMatchObject({
      usernamePrefix: '',
      clockSkewSeconds: 0,
    });
  });

  test('a table shows whether its keys could be fetched', () => {
    const conditions = [
      { type: 'Ready', status: 'False', reason: 'DiscoveryFailed', message: '', lastTransitionTime: '' },
    ];
    const now = new Date('2026-01-01T00:00:00Z');
    expect(
      cellsOf(trustedIssuer, objectOf(trustedIssuer, { spec, status: { conditions } }), now),
    ).toMatchObject({
      Issuer: 'https://token.example.com',
      Ready: 'False',
      'Reason*': 'DiscoveryFailed',
    });
    expect(cellsOf(trustedIssuer, objectOf(trustedIssuer, { spec }), now)).toMatchObject({
      Ready: 'Unknown',
    });
  });
});
