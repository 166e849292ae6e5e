import { describe, expect, test } from 'vitest';
import {
  appliedRevision,
  bodyOf,
  configMap,
  create,
  namespaceKey,
  openTestStore,
  remove,
  update,
} from '../../../test/support/store.ts';
import type { Outcome, Write } from './index.ts';

const { store, hints, newCluster } = await openTestStore();
const key = configMap('a');
const uid = 'uid-of-a';
const within = namespaceKey('default');

describe('the outcome of one write', () => {
  const cases: { when: string; seed: Write[]; write: Write; outcome: Outcome }[] = [
    {
      when: 'a create finds nothing',
      seed: [],
      write: create(key),
      outcome: { status: 'applied', revision: 1 },
    },
    {
      when: 'a create finds the object',
      seed: [create(key)],
      write: create(key),
      outcome: { status: 'exists' },
    },
    {
      when: 'a create finds its namespace',
      seed: [create(within)],
      write: create(key, { within }),
      outcome: { status: 'applied', revision: 2 },
    },
    {
      when: 'a create finds no namespace',
      seed: [],
      write: create(key, { within }),
      outcome: { status: 'within-missing' },
    },
    {
      when: 'a create finds its namespace terminating, even if the object exists',
      seed: [create(within), create(key), update(within, { terminating: true })],
      write: create(key, { within }),
      outcome: { status: 'within-terminating' },
    },
    {
      when: 'an update in a terminating namespace finds the object',
      seed: [create(within, { terminating: true }), create(key)],
      write: update(key, { within }),
      outcome: { status: 'applied', revision: 3 },
    },
    { when: 'an update finds nothing', seed: [], write: update(key), outcome: { status: 'missing' } },
    {
      when: 'an update finds the revision it expects',
      seed: [create(key)],
      write: update(key, { expected: { revision: 1, uid } }),
      outcome: { status: 'applied', revision: 2 },
    },
    {
      when: 'an update finds another revision',
      seed: [create(key), update(key)],
      write: update(key, { expected: { revision: 1 } }),
      outcome: { status: 'conflict', precondition: 'revision', current: { revision: 2, uid } },
    },
    {
      when: 'an update finds another uid and another revision',
      seed: [create(key)],
      write: update(key, { expected: { uid: 'former', revision: 7 } }),
      outcome: { status: 'conflict', precondition: 'uid', current: { revision: 1, uid } },
    },
    { when: 'a delete finds nothing', seed: [], write: remove(key), outcome: { status: 'missing' } },
    {
      when: 'a delete finds another revision',
      seed: [create(key)],
      write: remove(key, { expected: { revision: 2 } }),
      outcome: { status: 'conflict', precondition: 'revision', current: { revision: 1, uid } },
    },
    {
      when: 'a delete finds what it expects',
      seed: [create(key)],
      write: remove(key, { expected: { revision: 1, uid } }),
      outcome: { status: 'applied', revision: 2 },
    },
  ];

  test.for(cases)('when $when', async ({ seed, write, outcome }) => {
    const cluster = await newCluster(seed);
    const head = await cluster.head();
    expect(await cluster.write(write)).toEqual(outcome);
    expect(await cluster.head()).toBe(outcome.status === 'applied' ? outcome.revision : head);
  });
});

test('the log shows the state before and after each change, and the last state of a deleted object', async () => {
  const cluster = await newCluster();
  await cluster.write(create(key, { value: 1 }));
  await cluster.write(update(key, { value: 2 }));
  await cluster.write(remove(key, { value: 3 }));
  const common = { ...key, uid, at: expect.any(Date) as Date };
  expect(await cluster.changes(0, 10)).toEqual([
    { ...common, revision: 1, op: 'create', after: bodyOf(key, 1) },
    {
      ...common,
      revision: 2,
      op: 'update',
      before: { revision: 1, body: bodyOf(key, 1) },
      after: bodyOf(key, 2),
    },
    {
      ...common,
      revision: 3,
      op: 'delete',
      before: { revision: 2, body: bodyOf(key, 2) },
      last: bodyOf(key, 3),
    },
  ]);
  expect(await cluster.get(key)).toBeUndefined();
});

test('writes of one batch that depend on one another apply in the order they came', async () => {
  const cluster = await newCluster();
  const outcomes = await Promise.all(
    [
      create(within),
      create(key, { within, value: 1 }),
      update(key, { value: 2, expected: { revision: 2 } }),
      update(key, { value: 3, expected: { revision: 2 } }),
      update(within, { terminating: true }),
      create(configMap('b'), { within }),
      remove(key),
      create(configMap('c')),
      remove(key),
    ].map((write) => cluster.write(write)),
  );
  expect(outcomes).toEqual([
    { status: 'applied', revision: 1 },
    { status: 'applied', revision: 2 },
    { status: 'applied', revision: 3 },
    { status: 'conflict', precondition: 'revision', current: { revision: 3, uid } },
    { status: 'applied', revision: 4 },
    { status: 'within-terminating' },
    { status: 'applied', revision: 5 },
    { status: 'applied', revision: 6 },
    { status: 'missing' },
  ]);
});

test('writes that arrive together share commits', async () => {
  const cluster = await newCluster();
  hints.published.length = 0;
  const outcomes = await Promise.all(
    Array.from({ length: 300 }, (_, i) => cluster.write(create(configMap(`shared-${i}`)))),
  );
  expect(outcomes.map(appliedRevision).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 300 }, (_, i) => i + 1),
  );
  expect(hints.published.length).toBeLessThan(5);
  expect(hints.published.at(-1)).toEqual({ clusterId: cluster.clusterId, revision: 300 });
});

test('every commit that changed something asks for a turn, and no other', async () => {
  const cluster = await newCluster([create(key)]);
  hints.requestedTurns.length = 0;
  await cluster.write(create(key));
  expect(hints.requestedTurns).toEqual([]);
  await cluster.write(update(key));
  expect(hints.requestedTurns).toEqual([cluster.clusterId]);
});

test.for([
  { what: 'a NUL in its name', write: create(configMap('a\0b')), code: 'STORE_INVALID_VALUE' },
  {
    what: 'a separator in its body',
    write: create(key, { body: '{"metadata":{"name":"\u001e"}}' }),
    code: 'STORE_INVALID_VALUE',
  },
  {
    what: 'a key that no index holds',
    write: create(configMap('x'.repeat(3_000))),
    code: 'STORE_INVALID_VALUE',
  },
])('a write with $what fails alone', async ({ write, code }) => {
  const cluster = await newCluster();
  const outcomes = await Promise.allSettled([
    cluster.write(create(configMap('before'))),
    cluster.write(write),
    cluster.write(create(configMap('after'))),
  ]);
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: { status: 'applied', revision: 1 } },
    { status: 'rejected', reason: expect.objectContaining({ code }) },
    { status: 'fulfilled', value: { status: 'applied', revision: 2 } },
  ]);
});

test.for([
  { what: 'one character', text: 'x' },
  { what: 'characters beyond ASCII', text: 'grüße 日本 😀' },
  { what: 'quotes and backslashes', text: '"\\" {} \\u001e , NULL' },
  { what: 'a megabyte', text: 'y'.repeat(1_000_000) },
])('a body with $what comes back as it was', async ({ text }) => {
  const cluster = await newCluster();
  await cluster.write(create(key, { value: text }));
  expect((await cluster.get(key))?.body).toBe(bodyOf(key, text));
});

test('a write to a cluster that does not exist is refused', async () => {
  await expect(store.cluster('nowhere').write(create(key))).rejects.toMatchObject({
    code: 'STORE_CLUSTER_MISSING',
  });
});

test('large changes are read in several goes, none of them left out', async () => {
  const cluster = await newCluster();
  const value = 'z'.repeat(3_000_000);
  for (let i = 0; i < 4; i++) await cluster.write(create(configMap(`large-${i}`), { value }));
  for (let i = 0; i < 4; i++) await cluster.write(update(configMap(`large-${i}`), { value: `${i}${value}` }));
  const goes: number[][] = [];
  for (let after = 0; ; after = goes.at(-1)?.at(-1) ?? 0) {
    const changes = await cluster.changes(after, 100);
    if (changes.length === 0) break;
    goes.push(changes.map(({ revision }) => revision));
  }
  expect(goes.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(goes.length).toBeGreaterThan(1);
  expect((await cluster.replica()).list('configmaps')).toHaveLength(4);
});

test('a log whose partition nobody made takes writes', async () => {
  const cluster = await newCluster([create(key)]);
  // Everything, the current partition included.
  expect(await store.dropExpiredPartitions(new Date(Date.now() + 3_600_000), 0)).toBeGreaterThan(0);
  expect(await cluster.write(update(key))).toEqual({ status: 'applied', revision: 2 });
  expect(await cluster.changes(1, 10)).toHaveLength(1);
  await store.dropExpiredPartitions(new Date(Date.now() + 3_600_000), 0);
  expect(await (await newCluster([create(key)])).changes(0, 10)).toHaveLength(1);
});

describe('writes that belong together', () => {
  test('are applied in order, and one may depend on another', async () => {
    const cluster = await newCluster();
    hints.requestedTurns.length = 0;
    const outcome = await cluster.writeTogether([create(within), create(key, { within }), update(key)]);
    expect(outcome).toEqual({ status: 'applied', revisions: [1, 2, 3] });
    expect((await cluster.get(key))?.revision).toBe(3);
    expect(hints.requestedTurns).toEqual([cluster.clusterId]);
  });

  test('are all left out if one is refused, which is named', async () => {
    const cluster = await newCluster([create(key)]);
    const outcome = await cluster.writeTogether([create(within), create(key, { within }), remove(key)]);
    expect(outcome).toEqual({ status: 'refused', position: 1, outcome: { status: 'exists' } });
    expect(await cluster.head()).toBe(1);
    expect(await cluster.get(within)).toBeUndefined();
    await expect(store.cluster('nowhere').writeTogether([create(key)])).rejects.toMatchObject({
      code: 'STORE_CLUSTER_MISSING',
    });
  });
});
