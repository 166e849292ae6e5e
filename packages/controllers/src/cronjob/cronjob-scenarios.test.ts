import type { CronJobSpec, Event, Job } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { cronJob, hello, jobNames, minute, runs, startAt } from '../testing/cron-scenario.ts';
import type { Kubelet } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

// What is held here: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/

/** No turn runs meanwhile, as if every worker were down. */
function downUntil(cluster: MemoryCluster, time: string): void {
  cluster.now = new Date(time);
  cluster.settle();
}

function endAll(cluster: MemoryCluster, kubelet: Kubelet): void {
  for (const pod of kubelet.assigned()) kubelet.end(pod);
  cluster.settle();
}

function change(cluster: MemoryCluster, spec: Partial<CronJobSpec>): void {
  cluster.update({ ...hello(cluster), spec: { ...hello(cluster).spec, ...spec } });
  cluster.settle();
}

/** Scheduled times of the runs, as their names have them. */
function scheduledTimes(cluster: MemoryCluster): string[] {
  return runs(cluster).map((run) =>
    new Date(Number(/^hello-(\d+) /.exec(run)?.[1]) * 60_000).toISOString().replace(':00.000Z', 'Z'),
  );
}

/** As the annotation of each Job tells it, in the zone of the CronJob. */
function zonedTimes(cluster: MemoryCluster): Array<string | undefined> {
  return cluster.log
    .filter(({ resource, before }) => resource === 'jobs.batch' && !before)
    .map(({ after }) => after?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']);
}

describe('Europe/Berlin', () => {
  const nightly = { timeZone: 'Europe/Berlin', schedule: '30 2 * * *', concurrencyPolicy: 'Allow' } as const;

  it('has no half past two in the night in which clocks go forward: that run is left out', () => {
    const { cluster } = startAt('2026-03-28T00:00:30Z');
    cluster.create(cronJob(nightly));
    cluster.advance(3 * 86_400);
    expect(zonedTimes(cluster)).toEqual(['2026-03-28T02:30:00+01:00', '2026-03-30T02:30:00+02:00']);
    expect(scheduledTimes(cluster)).toEqual(['2026-03-28T01:30Z', '2026-03-30T00:30Z']);
  });

  it('has it twice in the night in which they go back: two runs, of two names', () => {
    const { cluster } = startAt('2026-10-24T12:00:30Z');
    cluster.create(cronJob(nightly));
    cluster.advance(86_400);
    expect(zonedTimes(cluster)).toEqual(['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00']);
    expect(new Set(jobNames(cluster)).size).toBe(2);
  });

  it.each([
    ['forward', '2026-03-28T22:30:30Z', 5],
    ['back', '2026-10-24T22:30:30Z', 5],
  ])('hourly runs are an hour apart while clocks go %s', (_direction, now, hours) => {
    const { cluster } = startAt(now);
    cluster.create(cronJob({ ...nightly, schedule: '0 * * * *' }));
    cluster.advance(hours * 3_600);
    const times = scheduledTimes(cluster).map((time) => Date.parse(time));
    expect(times).toHaveLength(hours);
    for (const [index, time] of times.entries()) expect(time).toBe((times[0] ?? 0) + index * 3_600_000);
  });

  it('a change of the clocks within a downtime: the latest run that there was is made up for', () => {
    const { cluster } = startAt('2026-03-28T12:00:30Z');
    cluster.create(cronJob(nightly));
    cluster.settle();
    downUntil(cluster, '2026-03-29T12:00:00Z');
    expect(runs(cluster)).toEqual([]);
    downUntil(cluster, '2026-03-30T06:00:00Z');
    expect(zonedTimes(cluster)).toEqual(['2026-03-30T02:30:00+02:00']);
  });
});

describe('three hours of downtime', () => {
  it.each<[string, Partial<CronJobSpec>, string[]]>([
    ['Allow: the latest run alone', {}, ['12:55']],
    ['a deadline that has passed for all but the latest', { startingDeadlineSeconds: 200 }, ['12:55']],
    ['a deadline that has passed for all: none', { startingDeadlineSeconds: 119 }, []],
    // Missed times count within the deadline, so that there are never too many of them.
    ['every minute, with a deadline', { schedule: '* * * * *', startingDeadlineSeconds: 200 }, ['12:57']],
    ['Forbid, with nothing running', { concurrencyPolicy: 'Forbid' }, ['12:55']],
    ['Replace, with nothing running', { concurrencyPolicy: 'Replace' }, ['12:55']],
    ['suspended', { suspend: true }, []],
  ])('%s', (...[, spec, expected]) => {
    const { cluster } = startAt('2026-03-01T09:57:30Z');
    cluster.create(cronJob(spec));
    cluster.settle();
    downUntil(cluster, '2026-03-01T12:57:00Z');
    expect(scheduledTimes(cluster).map((time) => time.slice(11, 16))).toEqual(expected);
    expect(cluster.events('hello').filter((event) => event.startsWith('TooMany'))).toEqual([]);
    cluster.settle();
    expect(runs(cluster)).toHaveLength(expected.length);
    expect(cluster.errors).toEqual([]);
  });

  it.each<['Forbid' | 'Replace', string[], string[]]>([
    // The run from before still counts as running.
    ['Forbid', ['10:00'], ['10:00']],
    ['Replace', ['10:00', '12:55'], ['12:55']],
  ])('%s, with a run from before that goes on', (concurrencyPolicy, all, left) => {
    const { cluster } = startAt('2026-03-01T09:57:30Z');
    cluster.create(cronJob({ concurrencyPolicy }));
    cluster.advance(180);
    downUntil(cluster, '2026-03-01T12:57:00Z');
    expect(scheduledTimes(cluster).map((time) => time.slice(11, 16))).toEqual(all);
    expect(jobNames(cluster)).toEqual(left.map((time) => `hello-${minute(`2026-03-01T${time}:00Z`)}`));
  });

  it('a run that ended meanwhile: its end is seen, and the latest missed run starts', () => {
    const { cluster, kubelet } = startAt('2026-03-01T09:57:30Z');
    cluster.create(cronJob({ concurrencyPolicy: 'Forbid' }));
    cluster.advance(180);
    const [first] = jobNames(cluster);
    // The node goes on without the workers.
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    downUntil(cluster, '2026-03-01T12:57:00Z');
    expect(scheduledTimes(cluster).map((time) => time.slice(11, 16))).toEqual(['10:00', '12:55']);
    expect(cluster.events('hello')).toContain(
      `SawCompletedJob: Saw completed job: ${first}, condition: Complete`,
    );
    expect(hello(cluster).status).toMatchObject({
      lastScheduleTime: '2026-03-01T12:55:00Z',
      active: [{ name: jobNames(cluster).at(-1) }],
    });
  });
});

describe('a run that concurrencyPolicy Forbid holds up', () => {
  it.each<[string, Partial<CronJobSpec>, number, string[]]>([
    ['starts when the run before ends', {}, 120, ['10:05', '10:10']],
    ['within its deadline', { startingDeadlineSeconds: 150 }, 120, ['10:05', '10:10']],
    ['not past its deadline', { startingDeadlineSeconds: 60 }, 120, ['10:05']],
    ['and not for a time that has a newer one', {}, 700, ['10:05', '10:20']],
  ])('%s', (...[, spec, lateSeconds, expected]) => {
    const { cluster, kubelet } = startAt('2026-03-01T10:00:30Z');
    cluster.create(cronJob({ concurrencyPolicy: 'Forbid', ...spec }));
    cluster.advance(600 + lateSeconds - 30);
    expect(runs(cluster)).toHaveLength(1);
    endAll(cluster, kubelet);
    expect(scheduledTimes(cluster).map((time) => time.slice(11, 16))).toEqual(expected);
    endAll(cluster, kubelet);
    cluster.advance(300);
    expect(runs(cluster).length).toBe(expected.length + 1);
    const names = runs(cluster).map((run) => run.split(' ')[0]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('suspend', () => {
  it('holds back runs alone: one that has begun goes on, and its end is counted', () => {
    const { cluster, kubelet } = startAt('2026-03-01T10:00:30Z');
    cluster.create(cronJob());
    cluster.advance(300);
    change(cluster, { suspend: true });
    cluster.advance(3_600);
    expect(runs(cluster)).toHaveLength(1);
    expect(cluster.awaited()).toEqual([]);
    endAll(cluster, kubelet);
    expect(hello(cluster).status).toEqual({
      lastScheduleTime: '2026-03-01T10:05:00Z',
      lastSuccessfulTime: '2026-03-01T11:05:30Z',
    });
    expect(cluster.get<Job>('jobs.batch', 'default', jobNames(cluster)[0] ?? '')?.spec?.suspend).not.toBe(
      true,
    );
  });

  it.each<[string, Partial<CronJobSpec>, string[]]>([
    ['without a deadline: the latest run that was missed starts at once', {}, ['10:55']],
    ['within the deadline: so it does', { startingDeadlineSeconds: 300 }, ['10:55']],
    ['past the deadline: nothing until the next time', { startingDeadlineSeconds: 60 }, []],
  ])('and resume, %s', (...[, spec, expected]) => {
    const { cluster } = startAt('2026-03-01T10:00:30Z');
    cluster.create(cronJob({ suspend: true, ...spec }));
    cluster.advance(57 * 60);
    change(cluster, { suspend: false });
    expect(scheduledTimes(cluster).map((time) => time.slice(11, 16))).toEqual(expected);
    cluster.advance(150);
    expect(scheduledTimes(cluster).map((time) => time.slice(11, 16))).toEqual([...expected, '11:00']);
  });
});

it('Replace leaves one run at any time, and tells of each one that it ends', () => {
  const { cluster } = startAt('2026-03-01T10:00:30Z');
  cluster.create(cronJob({ concurrencyPolicy: 'Replace' }));
  for (let run = 1; run <= 6; run++) {
    cluster.advance(300);
    expect(jobNames(cluster)).toEqual([`hello-${minute('2026-03-01T10:00:00Z') + run * 5}`]);
    expect(hello(cluster).status?.active).toHaveLength(1);
  }
  const reasons = cluster
    .list<Event>('events')
    .filter(({ involvedObject }) => involvedObject.name === 'hello')
    .map(({ reason }) => reason);
  expect(reasons.filter((reason) => reason === 'SuccessfulCreate')).toHaveLength(6);
  expect(reasons.filter((reason) => reason === 'SuccessfulDelete')).toHaveLength(5);
});
