import { expect } from 'vitest';
import {
  type AwaitedTarget,
  change,
  isActive,
  isRunning,
  refusal,
  until,
  untilGone,
  untilList,
} from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { KubeJson, Target } from './kube.ts';
import { pauseImage, runsOn } from './objects.ts';
import { promise, type Trial } from './promise.ts';

const jobsOf = ({ namespace }: Trial): Target => ({ resource: 'jobs', namespace });
/** Upstream waits five minutes for what happens at the next minute. */
const cronJobsOf = ({ namespace }: Trial): AwaitedTarget => ({
  resource: 'cronjobs',
  namespace,
  withinMs: 130_000,
});
const podsOf = ({ namespace }: Trial, job: string): Target => ({
  resource: 'pods',
  namespace,
  query: { labelSelector: `job=${job}` },
});

const jobSpec = (name: string, spec: object = {}): KubeJson => ({
  parallelism: 2,
  completions: 4,
  backoffLimit: 6,
  template: {
    metadata: { labels: { job: name }, annotations: runsOn },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      // Does not end by itself.
      containers: [{ name: 'c', image: pauseImage }],
    },
  },
  ...spec,
});

promise(
  '[sig-apps] Job should adopt matching orphans and release non-matching pods [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const { metadata } = await kube.create(jobsOf(trial), {
      metadata: { name: 'adopt-release' },
      spec: jobSpec('adopt-release'),
    });
    const pods = podsOf(trial, 'adopt-release');
    const running = await untilList(kube, pods, (items) => items.length === 2 && items.every(isRunning));
    const [first] = running;
    const target = { resource: 'pods', namespace: trial.namespace, name: first.metadata.name };
    const isOwned = (object: KubeJson): boolean =>
      object.metadata.ownerReferences?.some(({ uid }: KubeJson) => uid === metadata.uid) === true;

    await change(kube, target, (object) => {
      object.metadata.ownerReferences = [];
    });
    await until(kube, target, isOwned);

    await change(kube, target, (object) => {
      object.metadata.labels = {};
    });
    await until(kube, target, (object) => !isOwned(object));
  },
);

promise('[sig-apps] Job should delete a job [Conformance]', async (trial) => {
  const { kube } = trial;
  await kube.create(jobsOf(trial), { metadata: { name: 'foo' }, spec: jobSpec('foo') });
  await untilList(kube, podsOf(trial, 'foo'), (items) => items.filter(isActive).length === 2);
  await kube.delete({ ...jobsOf(trial), name: 'foo' }, { propagationPolicy: 'Background' });
  await untilGone(kube, { ...jobsOf(trial), name: 'foo' });
  await untilList(kube, podsOf(trial, 'foo'), (items) => items.length === 0);
});

promise('[sig-apps] Job should apply changes to a job status [Conformance]', async (trial) => {
  const { kube } = trial;
  const status = { ...jobsOf(trial), name: 'status', subresource: 'status' };
  await kube.create(jobsOf(trial), { metadata: { name: 'status' }, spec: jobSpec('status') });
  await until(kube, status, (job) => job.status.active === 2);

  const earlier = '2026-01-02T03:04:05Z';
  const patched = await kube.patch(status, {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: { startTime: (await kube.get(status)).status.startTime },
  });
  expect(patched.metadata.annotations.patchedstatus).toBe('true');

  const condition = { type: 'CustomConditionType', status: 'True', lastTransitionTime: earlier };
  const replaced = await change(kube, status, (job) => {
    job.status.conditions = [...(job.status.conditions ?? []), condition];
  });
  expect(replaced.status.conditions).toContainEqual(expect.objectContaining(condition));
  expect((await kube.get(status)).status.conditions).toContainEqual(expect.objectContaining(condition));
});

const everyMinute = '*/1 * * * ?';
const patience = { timeoutMs: 300_000 };

async function createCronJob(trial: Trial, name: string, spec: object): Promise<void> {
  await trial.kube.create(cronJobsOf(trial), {
    metadata: { name },
    spec: {
      schedule: everyMinute,
      jobTemplate: { spec: jobSpec(name, { parallelism: 1, completions: 1 }) },
      ...spec,
    },
  });
}

const active =
  (count: (jobs: number) => boolean) =>
  (cronJob: KubeJson): boolean =>
    count(cronJob.status.active?.length ?? 0);

promise(
  '[sig-apps] CronJob should schedule multiple jobs concurrently [Conformance]',
  async (trial) => {
    const target = { ...cronJobsOf(trial), name: 'concurrent' };
    await createCronJob(trial, 'concurrent', { concurrencyPolicy: 'Allow' });
    await until(
      trial.kube,
      target,
      active((jobs) => jobs >= 2),
    );
    const jobs = await trial.kube.list(jobsOf(trial));
    expect(jobs.filter(({ status }) => (status.active ?? 0) > 0).length).toBeGreaterThanOrEqual(2);
    await trial.kube.delete(target);
  },
  patience,
);

promise(
  '[sig-apps] CronJob should not schedule jobs when suspended [Slow] [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const target = { ...cronJobsOf(trial), name: 'suspended' };
    const events = await watchFromNow(kube, jobsOf(trial));
    try {
      await createCronJob(trial, 'suspended', { suspend: true });
      // Another one of the same minute shows that the time for a run has come and gone.
      await createCronJob(trial, 'control', {});
      await until(
        kube,
        { ...cronJobsOf(trial), name: 'control' },
        active((jobs) => jobs >= 2),
      );
      expect((await kube.get(target)).status?.active ?? []).toEqual([]);
      const made = events.all.map(({ object }) => String(object.metadata.name));
      expect(made.filter((name) => name.startsWith('suspended'))).toEqual([]);
      for (const name of ['suspended', 'control']) await kube.delete({ ...cronJobsOf(trial), name });
    } finally {
      events.end();
    }
  },
  patience,
);

promise(
  '[sig-apps] CronJob should not schedule new jobs when ForbidConcurrent [Slow] [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const target = { ...cronJobsOf(trial), name: 'forbid' };
    await createCronJob(trial, 'forbid', { concurrencyPolicy: 'Forbid' });
    await createCronJob(trial, 'control', {});
    await until(
      kube,
      target,
      active((jobs) => jobs === 1),
    );
    const [first] = (await kube.get(target)).status.active;
    await until(
      kube,
      { ...cronJobsOf(trial), name: 'control' },
      active((jobs) => jobs >= 2),
    );
    expect((await kube.get(target)).status.active).toEqual([expect.objectContaining({ uid: first.uid })]);
    for (const name of ['forbid', 'control']) await kube.delete({ ...cronJobsOf(trial), name });
  },
  patience,
);

promise(
  '[sig-apps] CronJob should replace jobs when ReplaceConcurrent [Conformance]',
  async (trial) => {
    const { kube } = trial;
    const target = { ...cronJobsOf(trial), name: 'replace' };
    await createCronJob(trial, 'replace', { concurrencyPolicy: 'Replace' });
    const before = await until(
      kube,
      target,
      active((jobs) => jobs === 1),
    );
    const [{ uid, name }] = before.status.active;
    const after = await until(
      kube,
      target,
      (cronJob) => cronJob.status.active?.length === 1 && cronJob.status.active[0].uid !== uid,
    );
    expect(after.status.active[0].name).not.toBe(name);
    await untilGone(kube, { ...jobsOf(trial), name });
    expect((await refusal(kube.get({ ...jobsOf(trial), name }))).code).toBe(404);
    await kube.delete(target);
  },
  patience,
);
