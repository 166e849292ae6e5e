import type { Event, Job, Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { cronJob, hello, jobNames, minute, runs, startAt } from '../testing/cron-scenario.ts';

describe('a schedule', () => {
  it('makes one Job for each scheduled time of an hour, named by its minute, and keeps the history limit', () => {
    const { cluster, kubelet } = startAt();
    cluster.create(cronJob());
    cluster.settle();
    expect(runs(cluster)).toEqual([]);
    for (let passed = 0; passed < 60; passed++) {
      cluster.advance(60);
      for (const pod of kubelet.assigned()) kubelet.end(pod);
      cluster.settle();
    }
    const first = minute('2026-03-01T10:05:00Z');
    expect(runs(cluster)).toEqual(
      Array.from({ length: 12 }, (_, index) => {
        const at = `${index < 11 ? 10 : 11}:${String((5 + index * 5) % 60).padStart(2, '0')}`;
        return `hello-${first + index * 5} at ${at}`;
      }),
    );
    expect(jobNames(cluster)).toEqual([9, 10, 11].map((index) => `hello-${first + index * 5}`));
    expect(hello(cluster).status).toEqual({
      lastScheduleTime: '2026-03-01T11:00:00Z',
      lastSuccessfulTime: '2026-03-01T11:00:30Z',
    });
    expect(cluster.errors).toEqual([]);
    const key = 'cronjob-controller|cronjobs.batch|default|hello';
    expect(cluster.awaited()).toEqual([key]);
    expect(cluster.timers.get(key)).toEqual(new Date('2026-03-01T11:05:00Z'));
  });

  it('gives the Job its template, its owner and the time that it was due', () => {
    const { cluster } = startAt();
    cluster.create(cronJob({ timeZone: 'America/New_York' }));
    cluster.advance(300);
    const [job] = cluster.list<Job>('jobs.batch');
    expect(job?.metadata).toMatchObject({
      labels: { app: 'hello' },
      annotations: {
        note: 'kept',
        'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-03-01T05:05:00-05:00',
      },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'hello', controller: true }],
    });
    expect(hello(cluster).status).toMatchObject({
      active: [
        {
          kind: 'Job',
          apiVersion: 'batch/v1',
          namespace: 'default',
          name: job?.metadata.name,
          uid: job?.metadata.uid,
        },
      ],
      lastScheduleTime: '2026-03-01T10:05:00Z',
    });
    expect(cluster.events('hello')).toEqual([`SuccessfulCreate: Created job ${job?.metadata.name}`]);
    expect(cluster.list<Pod>('pods')).toHaveLength(1);
  });

  it('follows the wall clock of its zone', () => {
    const { cluster } = startAt('2026-03-01T00:00:30Z');
    cluster.create(cronJob({ schedule: '30 9 * * *', timeZone: 'Asia/Tokyo' }));
    cluster.advance(24 * 3600);
    expect(runs(cluster)).toEqual([`hello-${minute('2026-03-01T00:30:00Z')} at 00:30`]);
  });

  it('stops while suspended, and a changed schedule counts from now on', () => {
    const { cluster } = startAt();
    cluster.create(cronJob({ startingDeadlineSeconds: 10 }));
    cluster.advance(300);
    cluster.update({ ...hello(cluster), spec: { ...hello(cluster).spec, suspend: true } });
    cluster.advance(1800);
    expect(runs(cluster)).toHaveLength(1);
    const { suspend: _suspend, ...spec } = hello(cluster).spec;
    cluster.update({ ...hello(cluster), spec: { ...spec, schedule: '0 * * * *' } });
    cluster.advance(3600);
    expect(runs(cluster).slice(1)).toEqual([`hello-${minute('2026-03-01T11:00:00Z')} at 11:00`]);
  });
});

describe('after downtime', () => {
  it('only the latest missed run is made up for', () => {
    const { cluster } = startAt();
    cluster.create(cronJob());
    cluster.settle();
    cluster.now = new Date('2026-03-01T10:58:00Z');
    cluster.settle();
    expect(runs(cluster)).toEqual([`hello-${minute('2026-03-01T10:55:00Z')} at 10:58`]);
    cluster.advance(120);
    expect(runs(cluster)).toHaveLength(2);
  });

  it('a run past its starting deadline is not made up for', () => {
    const { cluster } = startAt();
    cluster.create(cronJob({ startingDeadlineSeconds: 120 }));
    cluster.settle();
    cluster.now = new Date('2026-03-01T10:58:00Z');
    cluster.settle();
    expect(runs(cluster)).toEqual([]);
  });

  it('more than a hundred missed runs are told of', () => {
    const { cluster } = startAt();
    cluster.create(cronJob({ schedule: '* * * * *' }));
    cluster.settle();
    cluster.now = new Date('2026-03-02T10:00:10Z');
    cluster.settle();
    expect(runs(cluster)).toHaveLength(1);
    expect(cluster.events('hello')[0]).toBe(
      'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
  });

  it('a run exists once, though the status was lost', () => {
    const { cluster } = startAt();
    cluster.create(cronJob());
    cluster.advance(300);
    const [run] = cluster.list<Job>('jobs.batch');
    cluster.updateStatus({ ...hello(cluster), status: {} });
    cluster.settle();
    expect(runs(cluster)).toHaveLength(1);
    expect(hello(cluster).status).toMatchObject({
      lastScheduleTime: '2026-03-01T10:05:00Z',
      active: [{ uid: run?.metadata.uid }],
    });
  });
});

describe('concurrency', () => {
  it('Allow runs Jobs side by side', () => {
    const { cluster } = startAt();
    cluster.create(cronJob());
    cluster.advance(600);
    expect(hello(cluster).status?.active).toHaveLength(2);
  });

  it('Forbid waits for the run before, says so once a schedule, and starts the latest missed one when it ends', () => {
    const { cluster, kubelet } = startAt();
    cluster.create(cronJob({ concurrencyPolicy: 'Forbid' }));
    cluster.advance(300 + 600 + 60);
    expect(runs(cluster)).toHaveLength(1);
    expect(cluster.events('hello')).toContain(
      'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    const [told] = cluster.list<Event>('events').filter(({ reason }) => reason === 'JobAlreadyActive');
    expect(told?.count).toBe(2);
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    expect(runs(cluster).slice(1)).toEqual([`hello-${minute('2026-03-01T10:15:00Z')} at 10:16`]);
  });

  it('Replace deletes the run before', () => {
    const { cluster } = startAt();
    cluster.create(cronJob({ concurrencyPolicy: 'Replace' }));
    cluster.advance(300);
    const [first] = jobNames(cluster);
    cluster.advance(300);
    expect(jobNames(cluster)).toEqual([`hello-${minute('2026-03-01T10:10:00Z')}`]);
    expect(hello(cluster).status?.active?.map(({ name }) => name)).toEqual(jobNames(cluster));
    const events = cluster.events('hello');
    expect(events).toContain(`SuccessfulDelete: Deleted job ${first}`);
    expect(events.some((event) => event.startsWith('MissingJob'))).toBe(false);
  });
});

describe('the Jobs of a CronJob', () => {
  it('that finish are seen, those that vanish are missed, and those that others made are told of once', () => {
    const { cluster, kubelet } = startAt();
    const { uid = '' } = cluster.create(cronJob()).metadata;
    cluster.advance(300);
    const [first] = jobNames(cluster);
    for (const pod of kubelet.assigned()) kubelet.end(pod);
    cluster.settle();
    expect(cluster.events('hello')).toContain(
      `SawCompletedJob: Saw completed job: ${first}, condition: Complete`,
    );

    cluster.advance(300);
    const second = cluster.list<Job>('jobs.batch').find((job) => job.metadata.name !== first);
    if (second) cluster.delete(second, { propagationPolicy: 'Background' });
    cluster.settle();
    expect(cluster.events('hello')).toContain(
      `MissingJob: Active job went missing: ${second?.metadata.name}`,
    );
    expect(hello(cluster).status).not.toHaveProperty('active');

    const { spec = { template: {} } } = cronJob().spec.jobTemplate;
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'hello', uid, controller: true };
    const metadata = { name: 'by-hand', namespace: 'default', ownerReferences: [owner] };
    const manual: Job = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec };
    cluster.create(manual);
    cluster.advance(60);
    const told = cluster.events('hello').filter((event) => event.startsWith('UnexpectedJob'));
    expect(told).toEqual(['UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand']);
    expect(hello(cluster).status).not.toHaveProperty('active');
  });

  it('that fail are kept to a limit of their own', () => {
    const { cluster, kubelet } = startAt();
    cluster.create(cronJob({ successfulJobsHistoryLimit: 2 }));
    for (let run = 0; run < 6; run++) {
      cluster.advance(300);
      for (const pod of kubelet.assigned()) kubelet.end(pod, run % 2);
      cluster.settle();
    }
    const first = minute('2026-03-01T10:05:00Z');
    expect(jobNames(cluster)).toEqual([2, 4, 5].map((index) => `hello-${first + index * 5}`));
  });
});
