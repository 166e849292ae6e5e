import { expect, test } from 'vitest';
import { configMap, create, openTestStore, update } from '../../../test/support/store.ts';
import type { TurnCommit } from './index.ts';

const { store, hints, newCluster } = await openTestStore();
const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));

function turn(commit: Partial<TurnCommit>): TurnCommit {
  return {
    expectedCursor: 0,
    cursor: 0,
    coversOwnWrites: true,
    writes: [],
    setTimers: [],
    clearTimers: [],
    outbox: [],
    claims: [],
    releases: [],
    ...commit,
  };
}

test('a turn commits its writes in order, its timers, its messages and its cursor together', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  const outcome = await cluster.commitTurn(
    turn({
      cursor: 1,
      writes: [
        create(configMap('b')),
        update(configMap('b'), { expected: { revision: 2 } }),
        update(configMap('a')),
      ],
      setTimers: [{ key: 'k', dueAt: at(1) }],
      outbox: [
        { topic: 'hook', payload: { n: 1 } },
        { topic: 'hook', payload: null },
      ],
    }),
  );
  expect(outcome).toEqual({ status: 'committed', revisions: [2, 3, 4], head: 4 });
  expect(await cluster.cursor()).toBe(4);
  expect(await cluster.nextTimer()).toEqual({ key: 'k', dueAt: at(1) });
  const messages = await store.outbox.take(new Date(), { limit: 10, redeliverAfterMs: 1_000 });
  expect(messages).toMatchObject([
    { clusterId: cluster.clusterId, topic: 'hook', payload: { n: 1 }, attempts: 1 },
    { clusterId: cluster.clusterId, topic: 'hook', payload: null, attempts: 1 },
  ]);
  await store.outbox.done(messages.map(({ id }) => id));
});

test('of two turns from one cursor, one commits', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  const outcomes = await Promise.all(
    ['x', 'y', 'z'].map((name) => cluster.commitTurn(turn({ cursor: 1, writes: [create(configMap(name))] }))),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['committed', 'superseded', 'superseded']);
  expect(await cluster.head()).toBe(2);
});

test('a turn that decided from before another turn is superseded, even where the cursor stood still', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  // A user's write that neither turn saw keeps the cursor of the first where it was.
  await cluster.write(create(configMap('user')));
  const first = turn({ cursor: 1, baseRevision: 1, writes: [create(configMap('x'))] });
  expect(await cluster.commitTurn({ ...first, expectedCursor: 0 })).toMatchObject({ status: 'committed' });
  expect(await cluster.cursor()).toBe(1);
  const again = turn({ expectedCursor: 1, cursor: 1, baseRevision: 2, writes: [create(configMap('y'))] });
  expect(await cluster.commitTurn(again)).toEqual({ status: 'superseded' });
  expect(await cluster.commitTurn({ ...again, baseRevision: 3 })).toMatchObject({ status: 'committed' });
});

test.for([
  { what: 'a conflict', refused: update(configMap('a'), { expected: { revision: 7 } }), status: 'conflict' },
  { what: 'an object that exists', refused: create(configMap('a')), status: 'exists' },
])('$what leaves nothing of the turn', async ({ refused, status }) => {
  const cluster = await newCluster([create(configMap('a'))]);
  const outcome = await cluster.commitTurn(
    turn({
      cursor: 1,
      writes: [create(configMap('b')), refused, create(configMap('c'))],
      setTimers: [{ key: 'k', dueAt: at(1) }],
      outbox: [{ topic: 'hook', payload: {} }],
    }),
  );
  expect(outcome).toEqual({
    status: 'conflict',
    write: refused,
    outcome: expect.objectContaining({ status }),
  });
  expect(await cluster.head()).toBe(1);
  expect(await cluster.cursor()).toBe(0);
  expect(await cluster.nextTimer()).toBeUndefined();
  expect(await store.outbox.take(new Date(), { limit: 10, redeliverAfterMs: 0 })).toEqual([]);
});

test.for([
  { what: 'covers its own writes, when nobody wrote in between', inBetween: 0, covers: true, cursor: 2 },
  {
    what: 'stays before its own writes, when it does not cover them',
    inBetween: 0,
    covers: false,
    cursor: 1,
  },
  { what: 'stays before what somebody wrote in between', inBetween: 1, covers: true, cursor: 1 },
])('the cursor $what', async ({ inBetween, covers, cursor }) => {
  const cluster = await newCluster([create(configMap('a'))]);
  for (let i = 0; i < inBetween; i++) await cluster.write(create(configMap(`between-${i}`)));
  hints.requestedTurns.length = 0;
  await cluster.commitTurn(turn({ cursor: 1, coversOwnWrites: covers, writes: [create(configMap('b'))] }));
  expect(await cluster.cursor()).toBe(cursor);
  const head = await cluster.head();
  expect(hints.requestedTurns).toEqual(head > cursor ? [cluster.clusterId] : []);
  expect(hints.published.at(-1)).toEqual({ clusterId: cluster.clusterId, revision: head });
});

test('a timer is set, moved, cleared at its time, and kept if it was moved in between', async () => {
  const cluster = await newCluster();
  const commit = async (change: Partial<TurnCommit>) => {
    expect(await cluster.commitTurn(turn(change))).toMatchObject({ status: 'committed' });
    const { dueTimers } = await cluster.turnStart(at(59), 100);
    return dueTimers.map(({ key, dueAt }) => `${key}@${dueAt.getUTCSeconds()}`);
  };
  const timer = (key: string, second: number) => ({ key, dueAt: at(second) });
  expect(await commit({ setTimers: [timer('b', 2), timer('a', 3), timer('a', 1)] })).toEqual(['a@1', 'b@2']);
  expect(await commit({ setTimers: [timer('b', 5)] })).toEqual(['a@1', 'b@5']);
  expect(await commit({ clearTimers: [timer('a', 1), timer('b', 2)] })).toEqual(['b@5']);
  expect(await commit({ clearTimers: [timer('b', 5)], setTimers: [timer('b', 7)] })).toEqual(['b@7']);
  expect((await cluster.turnStart(at(6), 100)).dueTimers).toEqual([]);
  expect(await cluster.nextTimer()).toEqual(timer('b', 7));
});

test('a turn begins from its own cluster alone, where the turn before left it', async () => {
  const [cluster, neighbour] = await Promise.all([newCluster([create(configMap('a'))]), newCluster()]);
  await neighbour.commitTurn(turn({ setTimers: [{ key: 'not mine', dueAt: at(1) }] }));
  const nothing = { cursor: 0, dueTimers: [], hasMoreTimers: false };
  expect(await cluster.turnStart(at(9), 100)).toEqual(nothing);
  await cluster.commitTurn(turn({ cursor: 1, setTimers: [{ key: 'k', dueAt: at(2) }] }));
  expect(await cluster.turnStart(at(2), 1)).toEqual({
    cursor: 1,
    dueTimers: [{ key: 'k', dueAt: at(2) }],
    hasMoreTimers: false,
  });
  expect(await store.cluster('nowhere').turnStart(at(9), 100)).toEqual(nothing);
});

test('a turn begins with as many due timers as it asks for, the earliest first', async () => {
  const cluster = await newCluster();
  const setTimers = ['d', 'b', 'a', 'c'].map((key, index) => ({ key, dueAt: at(index + 1) }));
  await cluster.commitTurn(turn({ setTimers }));
  const some = await cluster.turnStart(at(9), 3);
  expect([some.dueTimers.map(({ key }) => key), some.hasMoreTimers]).toEqual([['d', 'b', 'a'], true]);
  expect((await cluster.turnStart(at(9), 4)).hasMoreTimers).toBe(false);
});

test('a turn of a cluster that does not exist is refused', async () => {
  await expect(store.cluster('nowhere').commitTurn(turn({}))).rejects.toMatchObject({
    code: 'STORE_CLUSTER_MISSING',
  });
});
