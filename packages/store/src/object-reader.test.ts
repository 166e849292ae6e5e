import { expect, test } from 'vitest';
import { ObjectReader } from './object-reader.ts';
import type { ObjectKey, StoredObject } from './types.ts';

const keyOf = (name: string): ObjectKey => ({ resource: 'configmaps', namespace: 'default', name });

/** A database whose queries end when the test says so. */
function heldReads() {
  const queries: Array<{
    clusterId: string;
    names: string[];
    answer: () => void;
    fail: (error: Error) => void;
  }> = [];
  const reader = new ObjectReader((clusterId, keys) => {
    return new Promise((resolve, reject) => {
      const found = (key: ObjectKey): StoredObject | undefined =>
        key.name === 'absent' ? undefined : { ...key, uid: `uid-of-${key.name}`, revision: 1, body: '' };
      const names = keys.map((key) => key.name);
      queries.push({ clusterId, names, answer: () => resolve(keys.map(found)), fail: reject });
    });
  });
  return { queries, reader };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reads that come while a query is under way share the next one, and each gets its own object', async () => {
  const { queries, reader } = heldReads();
  const first = reader.read('a', keyOf('one'));
  await settled();
  const later = ['two', 'absent', 'three'].map((name) => reader.read('a', keyOf(name)));
  await settled();
  expect(queries.map((query) => query.names)).toEqual([['one']]);
  queries[0]?.answer();
  expect((await first)?.uid).toBe('uid-of-one');
  await settled();
  expect(queries.map((query) => query.names)).toEqual([['one'], ['two', 'absent', 'three']]);
  queries[1]?.answer();
  expect((await Promise.all(later)).map((object) => object?.uid)).toEqual([
    'uid-of-two',
    undefined,
    'uid-of-three',
  ]);
});

test('clusters do not wait for each other', async () => {
  const { queries, reader } = heldReads();
  void reader.read('a', keyOf('one'));
  const other = reader.read('b', keyOf('one'));
  await settled();
  expect(queries.map((query) => query.clusterId)).toEqual(['a', 'b']);
  queries[1]?.answer();
  expect((await other)?.name).toBe('one');
});

test('a failing query fails those who asked in it, and nobody after them', async () => {
  const { queries, reader } = heldReads();
  const failing = reader.read('a', keyOf('one'));
  const observed = expect(failing).rejects.toThrow('gone');
  await settled();
  const next = reader.read('a', keyOf('two'));
  queries[0]?.fail(new Error('gone'));
  await observed;
  await settled();
  queries[1]?.answer();
  expect((await next)?.name).toBe('two');
});
