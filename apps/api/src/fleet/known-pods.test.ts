import type { AssignedObject } from '@berth/store';
import { beforeEach, expect, test } from 'vitest';
import { KnownPods, type PodNews } from './known-pods.ts';

const pod = (clusterId: string, name: string, revision: number): AssignedObject => ({
  clusterId,
  resource: 'pods',
  namespace: 'default',
  name,
  uid: `uid-${name}`,
  revision,
});
const shown = ({ gone, changed }: PodNews) => [
  ...gone.map(({ name }) => `-${name}`),
  ...changed.map(({ name, revision }) => `${name}@${revision}`),
];

let known: KnownPods;
/** Tells all that is news. */
function tell(news: PodNews): string[] {
  for (const changed of news.changed) known.told(changed);
  return shown(news);
}
beforeEach(() => {
  known = new KnownPods();
  tell(known.seeAll([pod('a', 'one', 3), pod('a', 'two', 7), pod('b', 'three', 5)]));
});

test.each([
  ['as it was told', { count: 2, newest: 7 }, true],
  ['after a change', { count: 2, newest: 8 }, false],
  ['after a removal', { count: 1, newest: 7 }, false],
  ['after the newest was removed', { count: 1, newest: 3 }, false],
  ['after all were removed', undefined, false],
])('knows whether there is news of a cluster: %s', (_when, version, isKnown) => {
  expect(known.isAt('a', version)).toBe(isKnown);
});

test('a cluster without pods is no news, and nothing is kept of one whose pods are gone', () => {
  expect(known.isAt('c', undefined)).toBe(true);
  expect(shown(known.seeCluster('b', []))).toEqual(['-three']);
  expect([known.isAt('b', undefined), known.newestOf('b')]).toEqual([true, 0]);
});

test('some pods seen change only what they say; all pods of a cluster seen also say what is gone, there alone', () => {
  expect(tell(known.seeSome('a', [pod('a', 'one', 8)]))).toEqual(['one@8']);
  expect(known.isAt('a', { count: 2, newest: 8 })).toBe(true);
  expect(tell(known.seeCluster('a', [pod('a', 'two', 7)]))).toEqual(['-one']);
  expect(known.isAt('a', { count: 1, newest: 7 })).toBe(true);
  expect(known.isAt('b', { count: 1, newest: 5 })).toBe(true);
});

test('what was seen but not told stays news', () => {
  known.seeSome('a', [pod('a', 'one', 8)]);
  expect(shown(known.seeAll([pod('a', 'one', 8), pod('a', 'two', 7)]))).toEqual(['-three', 'one@8']);
});

test('a body that is newer than the look does not hide what changed in between', () => {
  known.seeSome('a', [pod('a', 'one', 8)]);
  known.told(pod('a', 'one', 10));
  expect(known.newestOf('a')).toBe(8);
  expect(known.isAt('a', { count: 2, newest: 10 })).toBe(false);
});
