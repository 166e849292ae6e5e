import { describe, expect, test } from 'vitest';
import { TokenError } from '../token-error.ts';
import { type ClaimMappingRules, compileClaimMapping } from './claim-mapping.ts';

const rule = { match: 'true', user: 'claims.sub' };
const plain: ClaimMappingRules = { usernamePrefix: 'gh:', groupPrefix: 'gh:', claims: [rule] };
const claims = {
  iss: 'https://a.example.com',
  sub: 'alice',
  groups: ['dev', 'ops'],
  role: 'admin',
  level: 3,
  email: 'a@example.com',
};

function outcome(rules: Partial<ClaimMappingRules>, values: Record<string, unknown> = claims): unknown {
  try {
    return compileClaimMapping({ ...plain, ...rules }).userOf(values);
  } catch (error) {
    return error instanceof TokenError ? `${error.code}: ${error.message}` : error;
  }
}
const outcomeOf = (changes: Record<string, unknown>, values?: Record<string, unknown>) =>
  outcome({ claims: [{ ...rule, ...changes }] }, values);

test('the first rule that matches makes the user', () => {
  const rules = [
    { match: "claims.role == 'viewer'", user: "'viewer'" },
    {
      match: "claims.role == 'admin'",
      user: 'claims.sub',
      groups: 'claims.groups',
      uid: "'u-' + string(claims.level)",
      extra: [
        { key: 'example.com/mail', valueExpression: 'claims.email' },
        { key: 'example.com/none', valueExpression: 'claims.?missing' },
      ],
      scope: { namespaces: ['web'], verbs: ['get'] },
    },
    { match: 'true', user: "'anybody'" },
  ];
  expect(outcome({ claims: rules })).toEqual({
    username: 'gh:alice',
    uid: 'u-3',
    groups: ['gh:dev', 'gh:ops', 'system:authenticated'],
    extra: { 'example.com/mail': ['a@example.com'] },
    scope: { namespaces: ['web'], verbs: ['get'] },
  });
  expect(outcome({ claims: rules }, { ...claims, role: 'x' })).toMatchObject({ username: 'gh:anybody' });
  expect(outcome({ claims: rules.slice(0, 2) }, { ...claims, role: 'x' })).toBe(
    'unmapped: no rule of the TrustedIssuer matches the token',
  );
});

test('without rules there is no user', () => {
  expect(outcome({ claims: [] })).toBe('unmapped: no rule of the TrustedIssuer matches the token');
});

test.for<readonly [string, readonly string[]]>([
  ["['a', 'b', 'a']", ['gh:a', 'gh:b', 'system:authenticated']],
  ["'a'", ['gh:a', 'system:authenticated']],
  ["''", ['system:authenticated']],
  ['[]', ['system:authenticated']],
  ['null', ['system:authenticated']],
  ['claims.?missing', ['system:authenticated']],
  ["claims.groups.filter(g, g != 'ops')", ['gh:dev', 'system:authenticated']],
])('groups by %s', ([groups, expected]) => {
  expect(outcomeOf({ groups })).toMatchObject({ groups: expected });
});

describe('a rule that fails refuses the token, and no later rule is asked', () => {
  test.for<readonly [Record<string, unknown>, string]>([
    [{ match: "claims.missing == 'x'" }, 'claims[0].match refuses the token: No such key: missing'],
    [{ match: '1 / 0 == 1' }, 'claims[0].match refuses the token: division by zero'],
    [{ match: 'dyn(1)' }, 'claims[0].match refuses the token: it does not yield a boolean'],
    [{ user: 'claims.missing' }, 'claims[0].user refuses the token: No such key: missing'],
    [{ user: 'claims.level' }, 'claims[0].user refuses the token: it does not yield text'],
    [{ user: "''" }, 'claims[0].user refuses the token: it yields no username'],
    [{ user: 'claims.groups' }, 'claims[0].user refuses the token: it yields no username'],
    [{ user: "'a\\nb'" }, 'claims[0].user refuses the token: it yields a name with control characters'],
    [{ groups: '[1]' }, 'claims[0].groups refuses the token: it does not yield text'],
    [{ groups: 'claims' }, 'claims[0].groups refuses the token: it does not yield text'],
  ])('%j', ([changes, message]) => {
    const later = { match: 'true', user: "'anybody'" };
    expect(outcome({ claims: [{ ...rule, ...changes }, later] })).toBe(
      `rule-refused: the TrustedIssuer's ${message}`,
    );
  });
});

describe('reserved names cannot be had, whatever claims and rules say', () => {
  const reserved = (place: string, prefix: string) =>
    `rule-refused: the TrustedIssuer's ${place} refuses the token: it yields a name that begins with '${prefix}', which is reserved`;
  const noPrefix = { usernamePrefix: '', groupPrefix: '' };

  test.for(['system:masters', 'system:nodes', 'system:authenticated', 'system:'])('group %s', (group) => {
    const rules = { ...noPrefix, claims: [{ ...rule, groups: 'claims.groups' }] };
    expect(outcome(rules, { ...claims, groups: ['dev', group] })).toBe(
      reserved('claims[0].groups', 'system:'),
    );
  });

  test.for(['system:admin', 'system:node:n1', 'system:serviceaccount:kube-system:default'])(
    'user %s',
    (sub) => {
      expect(outcome(noPrefix, { ...claims, sub })).toBe(reserved('claims[0].user', 'system:'));
    },
  );

  test("the groups of a tenant's owners", () => {
    const rules = { ...noPrefix, claims: [{ ...rule, groups: "'berth:tenant-owners'" }] };
    expect(outcome(rules)).toBe(reserved('claims[0].groups', 'berth:'));
  });

  test('put together from a prefix and a claim', () => {
    const rules = { ...noPrefix, groupPrefix: 'sys', claims: [{ ...rule, groups: 'claims.role' }] };
    expect(outcome(rules, { ...claims, role: 'tem:masters' })).toBe(reserved('claims[0].groups', 'system:'));
  });

  test('but a prefix makes them ordinary', () => {
    const rules = { claims: [{ ...rule, groups: 'claims.groups' }] };
    expect(outcome(rules, { ...claims, groups: ['system:masters'] })).toMatchObject({
      groups: ['gh:system:masters', 'system:authenticated'],
    });
  });
});

describe('claims and users must be as the issuer demands', () => {
  test.for<readonly [Partial<ClaimMappingRules>, string]>([
    [
      { claimValidationRules: [{ claim: 'role', requiredValue: 'owner' }] },
      'claimValidationRules[0] refuses the token: claim role has not the value that is required',
    ],
    [
      { claimValidationRules: [{ claim: 'level', requiredValue: '3' }] },
      'claimValidationRules[0] refuses the token: claim level has not the value that is required',
    ],
    [
      { claimValidationRules: [{ expression: 'claims.level > 3', message: 'the level is too low' }] },
      'claimValidationRules[0] refuses the token: the level is too low',
    ],
    [
      { userValidationRules: [{ expression: "!user.username.startsWith('gh:a')", message: 'no a' }] },
      'userValidationRules[0].expression refuses the token: no a',
    ],
    [
      { userValidationRules: [{ expression: "'gh:dev' in user.groups" }] },
      'userValidationRules[0].expression refuses the token: the user is refused',
    ],
  ])('%j', ([rules, message]) => {
    expect(outcome(rules)).toBe(`rule-refused: the TrustedIssuer's ${message}`);
  });

  test('where all hold, they change nothing', () => {
    const rules = {
      claimValidationRules: [{ claim: 'role', requiredValue: 'admin' }, { expression: 'claims.level == 3' }],
      userValidationRules: [{ expression: "user.username == 'gh:alice' && user.groups.size() == 1" }],
    };
    expect(outcome(rules)).toMatchObject({ username: 'gh:alice' });
  });
});

test('rules that cost too much refuse the token in time', () => {
  const long = { text: 'a'.repeat(2_000), groups: Array.from({ length: 500 }, (_, i) => `g${i}`), sub: 'a' };
  const everybody =
    'claims.groups.all(a, claims.groups.all(b, claims.groups.all(c, a + b + c != claims.text)))';
  for (const match of [everybody, `${everybody} || true`, "('a'+claims.text).matches('^(a+)+$b')"]) {
    expect(outcomeOf({ match }, long)).toBe(
      "rule-refused: the TrustedIssuer's rules cannot be evaluated: the evaluation costs more than it may",
    );
  }
});

test('more groups than anybody has are refused', () => {
  const groups = Array.from({ length: 1_001 }, (_, i) => `g${i}`);
  expect(outcomeOf({ groups: 'claims.groups' }, { ...claims, groups })).toBe(
    "rule-refused: the TrustedIssuer's claims[0].groups refuses the token: it yields more than 1000 groups",
  );
});
