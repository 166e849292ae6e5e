import { controllers } from '@berth/controllers';
import type { CronJob, Job } from '@berth/kinds';
import { beforeAll, expect, test } from 'vitest';
import { dispatchTimers } from '../duties/dispatch-timers.ts';
import { type ClusterClient, createTestCluster } from '../testing/cluster-client.ts';
import { cronJob } from '../testing/job-objects.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { runClusterTurn } from '../turn/cluster-turn.ts';

let fixture: TurnFixture;
let cluster: ClusterClient;
beforeAll(async () => {
  fixture = await createTurnFixture();
  cluster = await createTestCluster(fixture.store, 'paused');
});

const turn = () => runClusterTurn('paused', fixture.deps(controllers()));
const jobs = () => cluster.list<Job>('jobs.batch', 'default');

/** The clusters that the dispatcher asks turns of. */
async function dispatched(): Promise<string[]> {
  const asked: string[] = [];
  const requestTurn = (clusterId: string): void => void asked.push(clusterId);
  await dispatchTimers(fixture.store, { now: () => fixture.clock.now, requestTurn });
  return asked;
}

test('no cron fires in a suspended cluster, and a resumed one makes up for what it missed with one run', async () => {
  fixture.clock.now = new Date(Math.floor(Date.now() / 60_000) * 60_000 + 30_000);
  await cluster.create(cronJob('minutely', '* * * * *'));
  await turn();
  await fixture.store.setSuspended('paused', true);

  fixture.clock.now = new Date(fixture.clock.now.getTime() + 10 * 60_000);
  expect(await dispatched()).not.toContain('paused');
  expect(await turn()).toBe('suspended');
  expect(await jobs()).toEqual([]);

  await fixture.store.setSuspended('paused', false);
  expect(await dispatched()).toContain('paused');
  await turn();
  const minute = Math.floor(fixture.clock.now.getTime() / 60_000);
  expect((await jobs()).map(({ metadata }) => metadata.name)).toEqual([`minutely-${minute}`]);
  const key = { resource: 'cronjobs.batch', namespace: 'default', name: 'minutely' };
  const { status } = (await cluster.get<CronJob>(key)) ?? {};
  expect(Date.parse(status?.lastScheduleTime ?? '')).toBe(minute * 60_000);
});
