import { describe, expect, test } from 'vitest';
import {
  aggregateFieldErrors,
  duplicate,
  forbidden,
  formatFieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
  valueNotFound,
} from './field-error.ts';
import { goQuote } from './go-quote.ts';
import { path } from './path.ts';

const at = path('spec').child('template', 'spec').child('containers').index(0).child('env').key('x');

test('paths name fields, items and keys', () => {
  expect(String(at)).toBe('spec.template.spec.containers[0].env[x]');
  expect(String(path().child('metadata'))).toBe('metadata');
});

describe('field errors read as upstream prints them', () => {
  const name = path('name');
  test.each([
    [required(name), 'name: Required value'],
    [required(name, 'needs one'), 'name: Required value: needs one'],
    [invalid(name, 'a"b', 'no'), 'name: Invalid value: "a\\"b": no'],
    [invalid(name, 12, 'no'), 'name: Invalid value: 12: no'],
    [invalid(name, true, ''), 'name: Invalid value: true'],
    [invalid(name, undefined, 'no'), 'name: Invalid value: null: no'],
    [invalid(name, { a: '<b>' }, 'no'), 'name: Invalid value: {"a":"\\u003cb\\u003e"}: no'],
    [invalid(name, ['a', 'b'], 'no'), 'name: Invalid value: ["a","b"]: no'],
    [typeInvalid(name, 1, 'must be a string'), 'name: Invalid value: 1: must be a string'],
    [notSupported(name, 'x', ['a', 'b']), 'name: Unsupported value: "x": supported values: "a", "b"'],
    [notSupported(name, 'x', []), 'name: Unsupported value: "x"'],
    [duplicate(name, 'x'), 'name: Duplicate value: "x"'],
    [forbidden(name, 'not here'), 'name: Forbidden: not here'],
    [valueNotFound(name, 'x'), 'name: Not found: "x"'],
    [tooLong(name, 63), 'name: Too long: may not be more than 63 bytes'],
    [tooLong(name, 1), 'name: Too long: may not be more than 1 byte'],
    [tooMany(name, 3, 2), 'name: Too many: 3: must have at most 2 items'],
    [tooMany(name, 3, 1), 'name: Too many: 3: must have at most 1 item'],
  ])('%#: %s', (error, message) => {
    expect(formatFieldError(error)).toBe(message);
  });

  test('an aggregate says each error once, and several in brackets', () => {
    const [a, b] = [required(path('a')), required(path('b'))];
    expect(aggregateFieldErrors([])).toBe('');
    expect(aggregateFieldErrors([a, a])).toBe('a: Required value');
    expect(aggregateFieldErrors([a, b, a])).toBe('[a: Required value, b: Required value]');
  });
});

test.each([
  ['plain ünïcode 漢字', '"plain ünïcode 漢字"'],
  ['tab\tnewline\nbell\u0007', '"tab\\tnewline\\nbell\\a"'],
  ['back\\slash "quote"', '"back\\\\slash \\"quote\\""'],
  ['\u0000\u001b', '"\\x00\\x1b"'],
  ['\u00a0\u200b', '"\\u00a0\\u200b"'],
  ['\u{e0001}', '"\\U000e0001"'],
])('strings are quoted as Go quotes them: %j', (text, quoted) => {
  expect(goQuote(text)).toBe(quoted);
});
