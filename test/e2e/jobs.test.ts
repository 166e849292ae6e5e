import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

const examples = join(import.meta.dirname, '../../examples');
let instance: Instance;

beforeAll(async () => {
  instance = await startInstance();
});

afterAll(async () => {
  await instance?.remove();
});

/** Pi by Machin's formula in integers, with ten digits to spare. */
const piProgram = `
  const one = 10n ** 2010n;
  const arctan = (x) => {
    let sum = 0n;
    for (let term = one / x, n = 1n, sign = 1n; term; term /= x * x, n += 2n, sign = -sign) sum += (sign * term) / n;
    return sum;
  };
  const digits = String(4n * (4n * arctan(5n) - arctan(239n)));
  console.log(digits[0] + '.' + digits.slice(1, 2000));
`;

const example = (name: string): string => join(examples, `${name}.yaml`);

describe('Jobs', () => {
  test('pi to 2,000 digits is in the log', async () => {
    const job = parse(await readFile(example('job'), 'utf8'));
    const [container] = job.spec.template.spec.containers;
    const direct = spawnSync(container.command[0], container.command.slice(1), { encoding: 'utf8' });
    if (direct.status !== 0) {
      // The process runtime runs the machine's own perl, and Math::BigInt of perl 5.36 fails at this many digits.
      console.warn(`the command of job.yaml fails on this machine by itself: ${direct.stderr.trim()}`);
      container.command = [process.execPath, '-e', piProgram];
    }
    expect((await instance.apply(JSON.stringify(job))).code).toBe(0);
    await instance.ok('wait', '--for=condition=complete', 'job/pi', '--timeout=110s');
    const log = (await instance.ok('logs', 'job/pi')).trim();
    expect(log).toMatch(/^3\.14159265358979323846/);
    expect(log).toHaveLength(2001);
  }, 120_000);

  test('a failing command is retried up to backoffLimit, and the Job says why it failed', async () => {
    const manifest = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'fails' },
      spec: {
        backoffLimit: 1,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [
              { name: 'main', image: 'busybox', command: ['sh', '-c', 'echo no luck >&2; exit 3'] },
            ],
          },
        },
      },
    };
    expect((await instance.apply(JSON.stringify(manifest))).code).toBe(0);
    await instance.ok('wait', '--for=condition=failed', 'job/fails', '--timeout=60s');
    const job = JSON.parse(await instance.ok('get', 'job', 'fails', '-o', 'json'));
    expect(job.status.failed).toBe(2);
    expect(job.status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Failed',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      }),
    );
    const pods = JSON.parse(await instance.ok('get', 'pods', '-l', 'job-name=fails', '-o', 'json'));
    expect(pods.items).toHaveLength(2);
    for (const pod of pods.items) {
      expect(pod.status).toMatchObject({
        phase: 'Failed',
        containerStatuses: [{ state: { terminated: { exitCode: 3, reason: 'Error' } }, restartCount: 0 }],
      });
    }
  });

  test('six completions, two at a time, each with its index', async () => {
    await instance.ok('apply', '-f', example('job-parallel'));
    await instance.ok('wait', '--for=condition=complete', 'job/convert', '--timeout=60s');
    const job = JSON.parse(await instance.ok('get', 'job', 'convert', '-o', 'json'));
    expect(job.status).toMatchObject({ succeeded: 6, completedIndexes: '0-5' });
    const logs = await instance.ok('logs', '-l', 'job-name=convert', '--tail=-1', '--max-log-requests=10');
    expect(logs.trim().split('\n').sort()).toEqual(
      [0, 1, 2, 3, 4, 5].map((index) => `file-${index} converted`),
    );
  });

  test('deleting a Job takes its pods along', async () => {
    await instance.ok('delete', 'job', 'convert');
    await eventually('the pods are gone', async () => {
      return (await instance.ok('get', 'pods', '-l', 'job-name=convert', '-o', 'name')) === '';
    });
  });

  test('containers of a pod share a volume at its mount path', async () => {
    await instance.ok('apply', '-f', example('pod-sidecar'));
    await instance.ok('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/sidecar', '--timeout=60s');
    expect(await instance.ok('logs', 'sidecar', '-c', 'reader')).toBe('from-writer\n');
  });
});

describe('CronJobs', () => {
  test('a CronJob of batch/v1beta1 makes a Job each minute whose log says hello', async () => {
    const applied = await instance.kubectl('apply', '-f', example('cronjob'));
    expect([applied.code, applied.stdout]).toEqual([0, 'cronjob.batch/hello created\n']);
    expect(applied.stderr).toContain('batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+');
    const job = await eventually(
      'the first run is complete',
      async () => {
        const jobs = JSON.parse(await instance.ok('get', 'jobs', '-o', 'json'));
        return jobs.items.find(
          (item: { metadata: { name: string }; status: { succeeded?: number } }) =>
            item.metadata.name.startsWith('hello-') && item.status.succeeded === 1,
        );
      },
      90_000,
    );
    const minute = Number(job.metadata.name.slice('hello-'.length));
    expect(job.metadata.annotations['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(
      new Date(minute * 60_000).toISOString().replace('.000Z', 'Z'),
    );
    expect(await instance.ok('logs', `job/${job.metadata.name}`)).toContain(
      'Hello from the Kubernetes cluster',
    );
    const cronJob = JSON.parse(await instance.ok('get', 'cronjob', 'hello', '-o', 'json'));
    expect(cronJob.apiVersion).toBe('batch/v1');
    expect(cronJob.status.lastScheduleTime).toBeDefined();
  }, 120_000);

  test('kubectl create job --from runs it by hand', async () => {
    await instance.ok('create', 'job', 'manual', '--from=cronjob/hello');
    await instance.ok('wait', '--for=condition=complete', 'job/manual', '--timeout=30s');
    expect(instance.output()).toMatch(
      /worker +cronjob default\/hello: SuccessfulCreate: Created job hello-\d+/,
    );
    expect(await instance.ok('logs', 'job/manual')).toContain('Hello from the Kubernetes cluster');
    const job = JSON.parse(await instance.ok('get', 'job', 'manual', '-o', 'json'));
    expect(job.metadata.annotations['cronjob.kubernetes.io/instantiate']).toBe('manual');
    await instance.ok('delete', 'cronjob', 'hello');
  });
});
