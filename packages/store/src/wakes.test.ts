import { expect, test } from 'vitest';
import { configMap, create, openTestStore } from '../../../test/support/store.ts';
import type { Timer } from './types.ts';

const { store } = await openTestStore();

const at = (ms: number): Date => new Date(Date.parse('2026-03-01T10:00:00Z') + ms);

/** What a turn commits that saw these timers, and nothing else happened. */
const seen = (timers: readonly Timer[]) => ({
  expectedCursor: 0,
  cursor: 0,
  coversOwnWrites: true,
  writes: [],
  setTimers: [],
  clearTimers: [...timers],
  outbox: [],
  claims: [],
  releases: [],
});

const key = 'controller!1|nodes||a';

async function clusterWithObjectOn(clusterId: string, node: string): Promise<void> {
  const seed = [create(configMap('a'), { node })];
  await store.createCluster({ clusterId, tenantId: 't', seed });
}

const wakes = {
  'of assignments': (now: Date) => store.wakeAssigned([{ node: 'a', timerKey: key }], now),
  'of timers': (now: Date) =>
    store.wakeTimers({ keyPrefix: 'controller|', wakePrefix: 'controller!1|' }, now),
};

test.each(Object.entries(wakes))(
  'a wake %s that comes while a turn works on an earlier one is not taken away by it',
  async (name, wake) => {
    const clusterId = name.replace(' ', '-');
    await clusterWithObjectOn(clusterId, 'a');
    const cluster = store.cluster(clusterId);
    const never = at(1_000_000_000);
    await cluster.commitTurn({ ...seen([]), setTimers: [{ key: 'controller|nodes||a', dueAt: never }] });
    for (const now of [at(0), at(5), at(5)]) {
      expect(await wake(now)).toContain(clusterId);
      const { dueTimers } = await cluster.turnStart(at(10), 10);
      expect(dueTimers.map((timer) => timer.key)).toEqual([key]);
      expect(await wake(now)).toContain(clusterId);
      expect(await cluster.commitTurn(seen(dueTimers))).toMatchObject({ status: 'committed' });
      const { dueTimers: left } = await cluster.turnStart(at(10), 10);
      expect(left.map((timer) => timer.key)).toEqual([key]);
      await cluster.commitTurn(seen(left));
      expect((await cluster.turnStart(at(10), 10)).dueTimers).toEqual([]);
    }
  },
);

test('only clusters with something on the node are woken, and the nodes are listed once each', async () => {
  await clusterWithObjectOn('on-b', 'b');
  await clusterWithObjectOn('also-on-b', 'b');
  await clusterWithObjectOn('on-c', 'c');
  expect(await store.wakeAssigned([{ node: 'b', timerKey: key }], at(0))).toEqual(['also-on-b', 'on-b']);
  expect(await store.wakeAssigned([{ node: 'nowhere', timerKey: key }], at(0))).toEqual([]);
  expect(await store.wakeAssigned([], at(0))).toEqual([]);
  const nodes = await store.assignedNodes();
  expect(nodes).toEqual([...new Set(nodes)].toSorted());
  expect(nodes).toEqual(expect.arrayContaining(['b', 'c']));
});
