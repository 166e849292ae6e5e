import { describe, expect, test } from 'vitest';
import { schemaTable } from '../../../../test/support/kubernetes-facts.ts';
import type { FieldValidation } from '../decode/decode-options.ts';
import { decodeYamlBody } from './decode-yaml.ts';
import { parseYaml } from './parse-yaml.ts';

/** Every pair was computed by `sigs.k8s.io/yaml`. */
describe('YAML means what it means to Kubernetes', () => {
  test.each([
    [
      'booleans of YAML 1.1',
      '{a: yes, b: on, c: No, d: off, e: y, f: True, g: "yes"}',
      { a: true, b: true, c: false, d: false, e: true, f: true, g: 'yes' },
    ],
    [
      'numbers',
      '{a: 0755, b: 0o17, c: 0x1F, d: 1_000, e: 0b11, f: -0b11, g: 1e3, h: .5, i: 5., j: +7}',
      { a: 493, b: 15, c: 31, d: 1000, e: 3, f: -3, g: 1000, h: 0.5, i: 5, j: 7 },
    ],
    [
      'what only looks like a number or time',
      '{a: 22:22, b: 08, c: 2020-01-01, d: 1.2.3, e: 1e}',
      { a: '22:22', b: 8, c: '2020-01-01', d: '1.2.3', e: '1e' },
    ],
    ['nothing', 'a: ~\nb: null\nc:\nd: ""', { a: null, b: null, c: null, d: '' }],
    ['keys are strings', '1: a\ntrue: b\n1.5: c', { 1: 'a', true: 'b', '1.5': 'c' }],
    ['of equal keys the last one counts', 'a: 1\nb: 2\na: 3', { a: 3, b: 2 }],
    [
      'merge keys',
      'base: &b {p: 1, q: 2}\nd:\n  <<: *b\n  q: 3',
      { base: { p: 1, q: 2 }, d: { p: 1, q: 3 } },
    ],
    ['tags', 'a: !!str 5\nb: !!int "5"\nc: !!binary aGVsbG8=', { a: '5', b: 5, c: 'hello' }],
    ['block scalars', 'a: |\n  foo\n  bar\nb: >\n  x\n  y\n', { a: 'foo\nbar\n', b: 'x y\n' }],
    ['only the first document', '---\na: 1\n---\nb: 2', { a: 1 }],
  ])('%s', (_what, text, value) => {
    expect(parseYaml(text).value).toEqual(value);
  });
});

const misindented = `spec:
    replicas: 3
    template:
        spec:
            containers:
            - name: nginx
                image: nginx:1.7.9
                ports:
                - containerPort: 8090
`;

function decode(text: string, fieldValidation: FieldValidation = 'Strict') {
  const message = 'k8s.io.api.core.v1.ReplicationController';
  const target = { schema: schemaTable, message, kind: 'ReplicationController', apiVersion: 'v1' };
  return decodeYamlBody(text, { ...target, fieldValidation });
}

describe('malformed YAML is refused with its place', () => {
  test.each([
    [misindented, 'line 7, column 22: mapping values are not allowed in this context'],
    ['a: [1,', 'line 1, column 7: '],
    ['a:\n\t- b', 'line 2, column 1: '],
    ['a: *x', "line 1, column 4: unknown anchor 'x' referenced"],
    ['a: &x [*x]', "line 1, column 8: anchor 'x' value contains itself"],
    ['a: .inf', 'line 1, column 4: json: unsupported value: .inf'],
    ['['.repeat(40_000), 'exceeded max depth'],
    ['a: "x\\q"', 'line 1, column 6: found unknown escape character'],
    ['a:\n- "x\n  \\u12g4"', 'line 3, column 3: found unknown escape character'],
  ])('%.30s', (text, problem) => {
    expect(() => decode(text)).toThrow(
      expect.objectContaining({
        code: 'BadRequest',
        message: expect.stringMatching(
          /^the object provided is unrecognized \(must be of type ReplicationController\): error converting YAML to JSON: yaml: /,
        ),
      }),
    );
    expect(() => decode(text)).toThrow(problem);
  });

  test.each([
    ['lists', `[${'[],'.repeat(400_000)}]`],
    ['commas', `[${','.repeat(3_000_000)}]`],
    ['brackets', ']'.repeat(3_000_000)],
    ['entries', '- a\n'.repeat(700_000)],
    ['mistakes', '- a: b: c\n'.repeat(300_000)],
  ])('as is one that would take long to read: %s', (_what, text) => {
    expect(() => decode(text)).toThrow(
      expect.objectContaining({
        code: 'RequestEntityTooLarge',
        message: 'Request entity too large: limit is 50000 tokens of YAML; send JSON instead',
      }),
    );
  });

  test('and one with a million wrong escapes for the first of them', () => {
    expect(() => decode(`a: "${'\\q'.repeat(1_000_000)}"`)).toThrow('line 1, column 5: found unknown');
  });

  test('but not for what looks like an escape in a text', () => {
    expect(parseYaml('a: |\n  "\\q"\nb: \'"\\q"\'\nc: x"\\q"\nd: "\\\\q\\u00e9\\\n  "').value).toEqual({
      a: '"\\q"\n',
      b: '"\\q"',
      c: 'x"\\q"',
      d: '\\qé',
    });
  });

  test('as are aliases of aliases that would fill the memory', () => {
    const names = Array.from('bcdefghij');
    const bomb = names.map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`,
    );
    expect(() => decode(['a: &a [x,x,x,x,x,x,x,x,x]', ...bomb].join('\n'))).toThrow(
      'document contains excessive aliasing',
    );
  });
});

test('a key that stands twice is a strict error with its line', () => {
  const text = 'kind: ReplicationController\nspec:\n  replicas: 1\n  replicas: 2\n';
  const problem = 'yaml: unmarshal errors:\n  line 4: key "replicas" already set in map';
  expect(() => decode(text)).toThrow(
    `cannot be handled as a ReplicationController: strict decoding error: ${problem}`,
  );
  expect(decode(text, 'Warn')).toMatchObject({ warnings: [problem], object: { spec: { replicas: 2 } } });
});
