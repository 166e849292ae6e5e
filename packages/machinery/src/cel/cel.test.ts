import { describe, expect, test } from 'vitest';
import { withinCelBudget } from './cel-budget.ts';
import { createCelEnvironment } from './cel-environment.ts';
import { CelError } from './cel-error.ts';
import { type CelValue, celValueOf } from './cel-value.ts';

const environment = createCelEnvironment({ claims: 'map<string, dyn>' });
const budget = { cost: 1_000_000, timeoutMs: 2_000 };

function evaluate(expression: string, claims: Record<string, unknown>, limits = budget): unknown {
  const program = environment.compile(expression);
  return withinCelBudget(limits, () => program.evaluate({ claims: celValueOf(claims) }));
}

/** The error of a call, or what it returned. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof CelError ? `${error.code}: ${error.message}` : error;
  }
}

const claims = {
  sub: 'repo:acme/web:ref:refs/heads/main',
  run: 7,
  ratio: 1.5,
  groups: ['dev', 'ops'],
  verified: true,
  nested: { team: 'a' },
  nothing: null,
};

describe('what expressions see of JSON', () => {
  test.for<readonly [string, unknown]>([
    ["claims.sub.startsWith('repo:acme/')", true],
    ["claims.sub.split(':')[1]", 'acme/web'],
    ['claims.run + 1', 8n],
    ['string(claims.run)', '7'],
    ['claims.ratio > 1.0', true],
    ["claims.groups.map(g, 'gh:' + g)", ['gh:dev', 'gh:ops']],
    ["'ops' in claims.groups", true],
    ["claims.groups.exists(g, g == 'ops')", true],
    ['claims.nested.team', 'a'],
    ['has(claims.nested.lead)', false],
    ["claims.?nested.?lead.orValue('none')", 'none'],
    ['claims.?email', null],
    ['claims.nothing == null', true],
    ["claims.sub.matches('^repo:acme/[a-z]+:')", true],
    ["['static', claims.nested.team]", ['static', 'a']],
  ])('%s', ([expression, expected]) => {
    expect(evaluate(expression, claims)).toEqual(expected);
  });

  test.for(['constructor', '__proto__', 'size', 'get', 'toString'])('an object has no member %s', (name) => {
    expect(outcome(() => evaluate(`claims.${name}`, claims))).toBe(`cel-failed: No such key: ${name}`);
    expect(evaluate(`has(claims.nested.${name})`, claims)).toBe(false);
  });

  test('a claim named __proto__ is a claim like any other', () => {
    const parsed: Record<string, unknown> = JSON.parse('{"__proto__": {"admin": true}}');
    expect(evaluate("claims.__proto__.admin == true && !('admin' in claims)", parsed)).toBe(true);
  });
});

describe('what does not compile says where', () => {
  test.for([
    ['1 +', 'ERROR: <input>:1:4: Unexpected token: EOF'],
    ['foo.bar', 'ERROR: <input>:1:1: Unknown variable: foo'],
    ["true &&\n  now() == 'x'", "ERROR: <input>:2:3: found no matching overload for 'now()'"],
    [`${'('.repeat(100)}1${')'.repeat(100)}`, 'ERROR: <input>:1:33: Exceeded maxDepth (32)'],
    [Array.from({ length: 300 }, () => '1').join('+'), 'ERROR: <input>:1:1: Exceeded maxAstNodes (500)'],
  ] as const)('%s', ([expression, message]) => {
    expect(outcome(() => environment.compile(expression))).toBe(
      `cel-invalid: compilation failed: ${message}`,
    );
  });

  test('an expression that is too long is not looked at', () => {
    expect(outcome(() => environment.compile(`'${'a'.repeat(4_095)}'`))).toBe(
      'cel-invalid: must have at most 4096 characters',
    );
  });
});

test.for([
  ['claims.a', 'dyn', ['claims.a']],
  ["claims['a'] == 'x' && has(claims.b.c)", 'bool', ['claims.a', 'claims.b']],
  ["claims.?a.orValue('x')", 'dyn', ['claims.a']],
  ['claims.a.map(x, x + claims.b)', 'list', ['claims.a', 'claims.b']],
  ["['a']", 'list<string>', []],
] as const)('%s yields %s and reads %s', ([expression, type, members]) => {
  const program = environment.compile(expression);
  expect(program.type).toBe(type);
  expect([...program.members].sort()).toEqual(members);
});

/** `body` within n variables, of which each is four times as large as the one before. */
function growing(n: number, first: string, body: string): string {
  let expression = body.replaceAll('$', `v${n}`);
  for (let i = n; i > 0; i -= 1) {
    const previous = `v${i - 1}`;
    expression = `[${previous} + ${previous} + ${previous} + ${previous}].map(v${i}, ${expression})`;
  }
  return `[${first}].map(v0, ${expression})`;
}

describe('an evaluation ends within its budget', () => {
  const text = { text: 'a'.repeat(8_000) };
  const nested = 'l.map(a, l.map(b, l.map(c, l.map(d, l.map(e, 1)))))';
  test.for<readonly [string, string, Record<string, CelValue>]>([
    ['nested loops', `[claims.text.split('')].map(l, ${nested})`, { text: 'a'.repeat(500) }],
    ['texts that double', growing(6, 'claims.text', '$.size()'), text],
    ['lists that double', growing(6, "claims.text.split('')", 'size($)'), { text: 'a'.repeat(1_000) }],
    [
      'lists of long texts',
      "claims.text.split('').map(c, claims.text).join('')",
      { text: 'a'.repeat(1_500) },
    ],
    [
      'a binding that doubles',
      'cel.bind(a, claims.text + claims.text, cel.bind(b, a + a + a, b + b + b))',
      text,
    ],
    [
      'a swallowed overrun',
      `claims.text.split('').all(x, claims.text.split('').all(y, claims.text.split('').all(z, z != '')))  || true`,
      { text: 'a'.repeat(400) },
    ],
  ])('%s', ([, expression, values]) => {
    expect(outcome(() => evaluate(expression, values))).toBe(
      'cel-too-expensive: the evaluation costs more than it may',
    );
  });

  test('a regular expression that backtracks is cut off in time', () => {
    const startedAtMs = performance.now();
    const backtracking = () =>
      evaluate(
        "claims.text.matches('^(a+)+$')",
        { text: `${'a'.repeat(60)}b` },
        { ...budget, timeoutMs: 50 },
      );
    expect(outcome(backtracking)).toBe('cel-too-expensive: the evaluation costs more than it may');
    expect(performance.now() - startedAtMs).toBeLessThan(1_500);
    expect(evaluate('claims.text', { text: 'still good' })).toBe('still good');
  });
});

test('an expression cannot be evaluated outside of a budget', () => {
  const program = environment.compile("claims.a + 'b'");
  expect(() => program.evaluate({ claims: celValueOf({ a: 'a' }) })).toThrow(/outside of a budget/);
});
