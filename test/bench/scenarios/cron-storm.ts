import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';
import { doAll, Measurement } from '../measure.ts';
import { jobsPath } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { adminOf, createCluster, deleteCluster } from './clusters.ts';

const deadlineMs = 120_000;
const pollEveryMs = 250;

export const cronStorm: Scenario = {
  name: 'cron-storm',
  description:
    '--objects CronJobs in --clusters clusters, all due in the same minute: until the last Job is there',
  isDefault: false,
  run: async (context) => {
    const admin = adminOf(context);
    const { objects, clusters, clients, say } = context;
    const names = Array.from({ length: clusters }, (_, index) => `${context.namespace}-${index}`);
    const perCluster = Math.ceil(objects / clusters);
    say(`cron-storm: creating ${clusters} clusters`);
    await doAll(clusters, clients, async (index) => {
      await createCluster(admin, names[index] ?? '');
    });
    const dueAt = nextMinuteAfter(Date.now() + 5_000 + (objects / 1_000) * 2_000);
    say(`cron-storm: creating ${perCluster * clusters} CronJobs, due at ${dueAt.toISOString()}`);
    await doAll(clusters * perCluster, clients, (index) =>
      createCronJob(admin, { cluster: names[index % clusters] ?? '', name: `storm-${index}`, dueAt }),
    );
    if (Date.now() > dueAt.getTime()) throw new Error('the CronJobs were due before all of them were made');
    say('cron-storm: waiting for the minute');
    await delay(dueAt.getTime() - Date.now());
    const measured = new Measurement();
    await waitForJobs(admin, { names, perCluster, dueAt, measured, clients });
    const result = measured.result('cron-storm', `cluster of ${clusters} with its ${perCluster} Jobs`);
    await doAll(clusters, clients, (index) => deleteCluster(admin, names[index] ?? ''));
    return [result];
  },
};

interface Storm {
  readonly names: readonly string[];
  readonly perCluster: number;
  readonly dueAt: Date;
  readonly measured: Measurement;
  readonly clients: number;
}

/** How many clusters are looked at before the next pause. */
const probedAtOnce = 64;

/**
 * Counts Jobs again and again, at a pace that leaves the machine to those who make them: of each list only the first
 * Job comes, and how many there are besides, and only some clusters are looked at between two pauses. So one that was
 * ready early may be found so seconds later; the last one, of which the figure is, is found at once.
 */
async function waitForJobs(
  admin: ApiClient,
  { names, perCluster, dueAt, measured, clients }: Storm,
): Promise<void> {
  let waiting = [...names];
  while (waiting.length > 0) {
    const probed = waiting.slice(0, probedAtOnce);
    const incomplete: string[] = [];
    await doAll(probed.length, Math.min(4, clients), async (index) => {
      const name = probed[index] ?? '';
      const answer = await admin.inCluster(name).request('GET', `${jobsPath('default')}?limit=1`);
      if (answer.status === 200 && countJobs(answer.body) >= perCluster)
        measured.record(Date.now() - dueAt.getTime());
      else incomplete.push(name);
    });
    waiting = [...waiting.slice(probedAtOnce), ...incomplete];
    if (Date.now() - dueAt.getTime() > deadlineMs) {
      for (const name of waiting) measured.fail(`cluster ${name} lacks Jobs after ${deadlineMs / 1_000} s`);
      return;
    }
    if (waiting.length > 0) await delay(pollEveryMs);
  }
}

interface JobList {
  readonly metadata: { readonly remainingItemCount?: number };
  readonly items: readonly unknown[];
}

function countJobs(body: string): number {
  // The answer was 200.
  const { metadata, items } = JSON.parse(body) as JobList;
  return items.length + (metadata.remainingItemCount ?? 0);
}

async function createCronJob(
  admin: ApiClient,
  cronJob: { readonly cluster: string; readonly name: string; readonly dueAt: Date },
): Promise<void> {
  const body = JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: cronJob.name },
    spec: {
      schedule: `${cronJob.dueAt.getUTCMinutes()} ${cronJob.dueAt.getUTCHours()} * * *`,
      timeZone: 'Etc/UTC',
      jobTemplate: {
        spec: {
          // The storm is about Jobs; what pods cost is another scenario's.
          suspend: true,
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'main', image: 'bench', command: ['true'] }],
            },
          },
        },
      },
    },
  });
  const path = '/apis/batch/v1/namespaces/default/cronjobs';
  const answer = await admin.inCluster(cronJob.cluster).request('POST', path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
}

function nextMinuteAfter(time: number): Date {
  return new Date(Math.ceil(time / 60_000) * 60_000);
}
