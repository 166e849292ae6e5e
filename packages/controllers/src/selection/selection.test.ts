import type { KubeObject, LabelRequirement } from '@berth/machinery';
import { expect, test } from 'vitest';
import { LabelIndex } from './label-index.ts';
import { requirementsOf } from './requirements-of.ts';
import { SelectorIndex } from './selector-index.ts';

const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);

function labelled(name: string, labels?: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, ...(labels ? { labels } : {}) } };
}

const objects = [
  labelled('a', { app: 'web', tier: 'front' }),
  labelled('b', { app: 'web', tier: 'back' }),
  labelled('c', { app: 'db' }),
  labelled('d'),
];

const selectors = {
  equality: { matchLabels: { app: 'web', tier: 'back' } },
  set: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'web'] }] },
  one: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db'] }] },
  negative: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }] },
  all: {},
};

const chosen: Record<keyof typeof selectors, string[]> = {
  equality: ['b'],
  set: ['a', 'b', 'c'],
  one: ['c'],
  negative: ['a', 'c', 'd'],
  all: ['a', 'b', 'c', 'd'],
};

test.each(Object.keys(selectors) as Array<keyof typeof selectors>)(
  'an index of labels finds what a selector chooses: %s',
  (name) => {
    const index = new LabelIndex(objects);
    expect(names(index.matching(requirementsOf(selectors[name])))).toEqual(chosen[name]);
  },
);

test.each(objects)('an index of selectors finds who chooses labels: $metadata.name', ({ metadata }) => {
  const choosers = Object.keys(selectors).map((name) => labelled(name));
  const selectorOf = (object: KubeObject): readonly LabelRequirement[] | undefined =>
    object.metadata.name === 'nothing'
      ? undefined
      : requirementsOf(selectors[object.metadata.name as keyof typeof selectors]);
  const index = new SelectorIndex([...choosers, labelled('nothing')], selectorOf);
  const expected = Object.entries(chosen).flatMap(([name, found]) =>
    found.includes(metadata.name) ? [name] : [],
  );
  expect(names(index.selecting(metadata.labels)).sort()).toEqual(expected.sort());
});

test('a selector is compared with no more objects than share a label with it', () => {
  const asked: string[] = [];
  const many = Array.from({ length: 100 }, (_, number) => labelled(String(number), { app: `app-${number}` }));
  const selectorOf = (object: KubeObject): readonly LabelRequirement[] => {
    asked.push(object.metadata.name);
    return requirementsOf({ matchLabels: object.metadata.labels ?? {} });
  };
  const index = new SelectorIndex(many, selectorOf);
  asked.length = 0;
  expect(names(index.selecting({ app: 'app-7', tier: 'front' }))).toEqual(['7']);
  expect(asked).toEqual(['7']);
});

test('a selector object is parsed once', () => {
  expect(requirementsOf(selectors.set)).toBe(requirementsOf(selectors.set));
});
