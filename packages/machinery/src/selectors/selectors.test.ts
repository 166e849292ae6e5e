import { describe, expect, test } from 'vitest';
import { formatFieldError } from '../field-errors/field-error.ts';
import { path } from '../field-errors/path.ts';
import { matchesFields, parseFieldSelector } from './field-selector.ts';
import {
  type LabelSelectorObject,
  labelSelectorRequirements,
  matchesLabels,
  validateLabelSelector,
} from './label-selector.ts';
import { parseLabelSelector } from './parse-label-selector.ts';

describe('label selectors', () => {
  const labels = { app: 'web', tier: 'front', size: '10', empty: '', in: 'x' };
  test.each([
    ['', true],
    ['app', true],
    ['!app', false],
    ['! absent', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web , tier=front', true],
    ['app!=web', false],
    ['absent!=web', true],
    ['app in (web, api)', true],
    ['app in (api)', false],
    ['absent notin (a)', true],
    ['app notin (web)', false],
    ['empty in ()', true],
    ['empty in (,a)', true],
    ['empty in (a,)', true],
    ['empty=', true],
    ['empty=,app', true],
    ['app=', false],
    ['size>9', true],
    ['size<9', false],
    ['app>1', false],
    ['absent>1', false],
    ['in', true],
    ['in in (x,in)', true],
    ['app,!app', false],
    ['toString', false],
  ])('%j', (selector, expected) => {
    expect(matchesLabels(labels, parseLabelSelector(selector))).toBe(expected);
  });

  test('requirements are sorted by key and values by name', () => {
    expect(parseLabelSelector('b in (z,a,z),a')).toEqual([
      { key: 'a', operator: 'exists', values: [] },
      { key: 'b', operator: 'in', values: ['a', 'z'] },
    ]);
  });

  const operators = 'in, notin, =, ==, !=, gt, lt';
  test.each([
    ['a b', `unable to parse requirement: found 'b', expected: ${operators}`],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ['a==(', "unable to parse requirement: found '(', expected: identifier"],
    ['/a=b', 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty'],
    [
      `a=${'x'.repeat(64)}`,
      `unable to parse requirement: values[0][a]: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`,
    ],
    [
      'a>b',
      "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ])('%j is refused in upstream words', (selector, message) => {
    expect(() => parseLabelSelector(selector)).toThrow(
      expect.objectContaining({ code: 'MalformedSelector', message }),
    );
  });
});

describe('label selector objects', () => {
  test.each<readonly [LabelSelectorObject, boolean]>([
    [{}, true],
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'web', tier: 'x' } }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
  ])('%j', (selector, expected) => {
    expect(matchesLabels({ app: 'web' }, labelSelectorRequirements(selector))).toBe(expected);
  });

  test('are validated in upstream words', () => {
    const selector: LabelSelectorObject = {
      matchLabels: { a: 'b c' },
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'a', operator: 'Exists', values: ['b'] },
        { key: 'a', operator: 'Near' },
        { key: '/a', operator: 'In', values: ['x'.repeat(64)] },
      ],
    };
    expect(validateLabelSelector(undefined, path('selector'))).toEqual([]);
    expect(validateLabelSelector(selector, path('selector')).map(formatFieldError)).toEqual([
      expect.stringMatching(
        /^selector\.matchLabels: Invalid value: "b c": a valid label must be an empty string/,
      ),
      "selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      'selector.matchExpressions[2].operator: Invalid value: "Near": not a valid selector operator',
      'selector.matchExpressions[3].key: Invalid value: "/a": prefix part must be non-empty',
      `selector.matchExpressions[3].values[0]: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`,
    ]);
  });
});

describe('field selectors', () => {
  const fields = new Map([
    ['metadata.name', 'a'],
    ['status.phase', 'Running'],
    ['reason', 'a,b=c\\d'],
  ]);
  const valueOf = (field: string) => fields.get(field);

  test.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a', true],
    ['metadata.name!=a', false],
    ['status.phase!=Failed,metadata.name=a', true],
    [',metadata.name=a,', true],
    ['reason=a\\,b\\=c\\\\d', true],
  ])('%j', (selector, expected) => {
    expect(matchesFields(parseFieldSelector(selector), valueOf)).toBe(expected);
  });

  test.each([
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a=b\\c', 'invalid field selector: invalid escape sequence: \\c'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
    ['spec.x=1', 'field label not supported: spec.x'],
  ])('%j is refused in upstream words', (selector, message) => {
    expect(() => matchesFields(parseFieldSelector(selector), valueOf)).toThrow(
      expect.objectContaining({ code: 'MalformedSelector', message }),
    );
  });
});
