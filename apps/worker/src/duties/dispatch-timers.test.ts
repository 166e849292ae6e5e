import { openStore } from '@berth/store';
import { expect, test } from 'vitest';
import { deafHintBus } from '../../../../test/support/hint-bus.ts';
import { createTestDatabase } from '../../../../test/support/postgres.ts';
import { createTestCluster } from '../testing/cluster-client.ts';
import { dispatchTimers } from './dispatch-timers.ts';

test('clusters with more timers due than a batch takes are each asked for once, and none is left', async () => {
  const store = openStore({ databaseUrl: await createTestDatabase(), hints: deafHintBus });
  const dueAt = new Date('2030-01-01T00:00:00Z');
  const clusterIds = ['one', 'two', 'three'];
  for (const clusterId of clusterIds) {
    await createTestCluster(store, clusterId);
    await store.cluster(clusterId).commitTurn({
      expectedCursor: 0,
      cursor: 0,
      coversOwnWrites: false,
      writes: [],
      setTimers: Array.from({ length: 800 }, (_, index) => ({ key: `timer-${index}`, dueAt })),
      clearTimers: [],
      outbox: [],
      claims: [],
      releases: [],
    });
  }
  const asked: string[] = [];
  const dispatch = (now: Date): Promise<void> =>
    dispatchTimers(store, { now: () => now, requestTurn: (clusterId) => asked.push(clusterId) });
  await dispatch(new Date(dueAt.getTime() - 1));
  expect(asked).toEqual([]);
  await dispatch(dueAt);
  expect(asked.toSorted((a, b) => a.localeCompare(b))).toEqual(['one', 'three', 'two']);
  await dispatch(dueAt);
  expect(asked).toHaveLength(3);
  await store.close();
});
