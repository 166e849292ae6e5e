import { describe, expect, it } from 'vitest';
import { cronJob } from '../cron-job/cron-job.ts';
import { cellsOf, objectOf } from '../registry/kind-fixture.ts';
import { job } from './job.ts';

const now = new Date('2026-03-01T00:10:00Z');
const isTrue = (type: string) => ({ type, status: 'True' });

describe('columns of jobs', () => {
  it.each<readonly [Record<string, unknown>, Record<string, unknown>]>([
    [{ spec: { completions: 3 } }, { Status: 'Running', Completions: '0/3', Duration: '' }],
    [{ spec: { parallelism: 4 }, status: { succeeded: 1 } }, { Completions: '1/1 of 4' }],
    [{ spec: { parallelism: 1 } }, { Completions: '0/1' }],
    [{ status: { startTime: '2026-03-01T00:08:30Z' } }, { Duration: '90s' }],
    [
      { status: { startTime: '2026-03-01T00:00:00Z', completionTime: '2026-03-01T00:00:07Z' } },
      { Duration: '7s' },
    ],
    [{ status: { conditions: [isTrue('SuccessCriteriaMet'), isTrue('Complete')] } }, { Status: 'Complete' }],
    [{ status: { conditions: [isTrue('FailureTarget'), isTrue('Failed')] } }, { Status: 'Failed' }],
    [{ status: { conditions: [isTrue('FailureTarget')] } }, { Status: 'FailureTarget' }],
    [{ status: { conditions: [isTrue('SuccessCriteriaMet')] } }, { Status: 'SuccessCriteriaMet' }],
    [{ status: { conditions: [isTrue('Suspended')] } }, { Status: 'Suspended' }],
    [{ status: { conditions: [{ type: 'Suspended', status: 'False' }] } }, { Status: 'Running' }],
    [
      {
        metadata: { deletionTimestamp: '2026-03-01T00:00:00Z' },
        status: { conditions: [isTrue('Suspended')] },
      },
      { Status: 'Terminating' },
    ],
    [
      {
        spec: {
          selector: {
            matchLabels: { b: '1' },
            matchExpressions: [
              { key: 'a', operator: 'In', values: ['y', 'x'] },
              { key: 'c', operator: 'DoesNotExist' },
            ],
          },
          template: {
            spec: {
              containers: [
                { name: 'c', image: 'x:1' },
                { name: 'd', image: 'y' },
              ],
            },
          },
        },
      },
      { 'Containers*': 'c,d', 'Images*': 'x:1,y', 'Selector*': 'a in (x,y),b=1,!c' },
    ],
  ])('%j', (members, cells) => {
    const object = objectOf(job, { ...members, spec: { template: {}, ...(members['spec'] as object) } });
    expect(cellsOf(job, object, now)).toMatchObject(cells);
  });
});

describe('columns of CronJobs', () => {
  const spec = { schedule: '*/5 * * * *', jobTemplate: {} };
  it.each<readonly [Record<string, unknown>, Record<string, unknown>]>([
    [
      { spec },
      {
        Schedule: '*/5 * * * *',
        Timezone: '<none>',
        Suspend: '<unset>',
        Active: 0,
        'Last Schedule': '<none>',
        'Selector*': '<none>',
      },
    ],
    [
      {
        spec: { ...spec, timeZone: 'Etc/UTC', suspend: false },
        status: { active: [{}, {}], lastScheduleTime: '2026-03-01T00:05:00Z' },
      },
      { Timezone: 'Etc/UTC', Suspend: 'False', Active: 2, 'Last Schedule': '5m' },
    ],
    [{ spec: { ...spec, suspend: true } }, { Suspend: 'True' }],
  ])('%j', (members, cells) => {
    expect(cellsOf(cronJob, objectOf(cronJob, members), now)).toMatchObject(cells);
  });
});
