import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { randomBlows, strike } from './victims.ts';

let instance: Instance;

beforeAll(async () => {
  instance = await startInstance({ nodes: 'process:1,simulated:1' });
});

afterAll(async () => {
  await instance?.remove();
});

const token = async (): Promise<string> => {
  const view = JSON.parse(await instance.ok('config', 'view', '--raw', '-o', 'json'));
  return view.users[0].user.token;
};

interface Acknowledged {
  readonly name: string;
  readonly resourceVersion: string;
}

/** Writes one ConfigMap after another until told to stop, and remembers those that were acknowledged. */
async function writeUntil(isOver: () => boolean): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  const authorization = `Bearer ${await token()}`;
  for (let index = 0; !isOver(); index += 1) {
    const name = `write-${index}`;
    try {
      const response = await fetch(
        `${instance.httpUrl}/clusters/default/api/v1/namespaces/default/configmaps`,
        {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name },
            data: { index: String(index) },
          }),
          signal: AbortSignal.timeout(10_000),
        },
      );
      const body = (await response.json()) as { metadata: { resourceVersion: string } };
      if (response.status === 201)
        acknowledged.push({ name, resourceVersion: body.metadata.resourceVersion });
    } catch {
      // Not acknowledged: it may or may not be there.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return acknowledged;
}

test('kill -9 of any part at random moments loses no acknowledged write, no run and no pod', async () => {
  const cronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: {
      schedule: '* * * * *',
      successfulJobsHistoryLimit: 100,
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'main', image: 'busybox', command: ['true'] }],
            },
          },
        },
      },
    },
  };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'many' },
    spec: {
      completions: 40,
      parallelism: 8,
      completionMode: 'Indexed',
      backoffLimit: 40,
      template: {
        spec: {
          restartPolicy: 'OnFailure',
          containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'sleep 0.3'] }],
        },
      },
    },
  };
  expect((await instance.apply(JSON.stringify(cronJob))).code).toBe(0);
  expect((await instance.apply(JSON.stringify(job))).code).toBe(0);
  const startedAt = Date.now();

  let isOver = false;
  const writing = writeUntil(() => isOver);
  await strike(instance, randomBlows());
  isOver = true;
  const acknowledged = await writing;

  expect(acknowledged.length).toBeGreaterThan(0);
  const stored = JSON.parse(await instance.ok('get', 'configmaps', '-o', 'json'));
  const revisions = new Map<string, string>(
    stored.items.map((item: { metadata: { name: string; resourceVersion: string } }) => [
      item.metadata.name,
      item.metadata.resourceVersion,
    ]),
  );
  for (const write of acknowledged)
    expect([write.name, revisions.get(write.name)]).toEqual([write.name, write.resourceVersion]);

  await instance.ok('wait', '--for=condition=complete', 'job/many', '--timeout=120s');
  const finished = JSON.parse(await instance.ok('get', 'job', 'many', '-o', 'json'));
  expect(finished.status).toMatchObject({ succeeded: 40, completedIndexes: '0-39' });

  const minutes = await eventually(
    'every minute since the start had its run, exactly once, and it completed',
    async () => {
      const jobs = JSON.parse(await instance.ok('get', 'jobs', '-o', 'json')).items.filter(
        (item: { metadata: { ownerReferences?: unknown[] } }) => item.metadata.ownerReferences,
      );
      const runs = jobs.map((item: { metadata: { name: string } }) =>
        Number(item.metadata.name.slice('tick-'.length)),
      );
      const complete = jobs.filter((item: { status: { succeeded?: number } }) => item.status.succeeded === 1);
      return runs.length >= 2 && complete.length === runs.length && (runs.sort() as number[]);
    },
    150_000,
  );
  const first = Math.floor(startedAt / 60_000) + 1;
  expect(minutes).toEqual(minutes.map((_, index) => first + index));
  expect(new Set(minutes).size).toBe(minutes.length);
}, 400_000);
