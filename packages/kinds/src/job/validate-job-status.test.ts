import { describe, expect, it } from 'vitest';
import { type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { job } from './job.ts';

const stored: Members = {
  metadata: { name: 'j' },
  spec: {
    completions: 3,
    parallelism: 3,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'uid-1' } },
    template: {
      metadata: {
        labels: {
          'batch.kubernetes.io/controller-uid': 'uid-1',
          'controller-uid': 'uid-1',
          'job-name': 'j',
          'batch.kubernetes.io/job-name': 'j',
        },
      },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x:1' }] },
    },
  },
  status: { startTime: '2026-01-01T00:00:00Z', active: 1, succeeded: 1, failed: 1 },
};

describe('what an update of a Job status is refused for, as upstream says it', () => {
  it.each<readonly [Members, Members, string[]]>([
    [
      {},
      { status: { active: -1, succeeded: -1, failed: -1, ready: -1, terminating: -1 } },
      [
        'status.active: Invalid value: -1: must be greater than or equal to 0',
        'status.succeeded: Invalid value: -1: must be greater than or equal to 0',
        'status.failed: Invalid value: -1: must be greater than or equal to 0',
        'status.ready: Invalid value: -1: must be greater than or equal to 0',
        'status.terminating: Invalid value: -1: must be greater than or equal to 0',
        'status.failed: Invalid value: -1: cannot decrease the failed counter',
        'status.succeeded: Invalid value: -1: cannot decrease the succeeded counter',
      ],
    ],
    [
      {},
      { status: { conditions: [{ type: 'Failed', status: 'True' }] } },
      [
        'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
        'status.active: Invalid value: 1: active>0 is invalid for finished job',
      ],
    ],
    [
      {},
      {
        status: {
          conditions: [
            { type: 'Complete', status: 'True' },
            { type: 'Failed', status: 'True' },
            { type: 'FailureTarget', status: 'True' },
            { type: 'SuccessCriteriaMet', status: 'True' },
          ],
        },
      },
      [
        'status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions',
        'status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions',
        'status.completionTime: Required value: completionTime is required for Complete jobs',
        'status.active: Invalid value: 1: active>0 is invalid for finished job',
        'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions',
        'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
      ],
    ],
    [
      {},
      {
        status: {
          active: 0,
          conditions: [
            { type: 'SuccessCriteriaMet', status: 'True' },
            { type: 'Complete', status: 'True' },
          ],
          completionTime: '2026-01-01T00:01:00Z',
        },
      },
      [],
    ],
    [
      {},
      {
        status: {
          active: 0,
          conditions: [
            { type: 'SuccessCriteriaMet', status: 'True' },
            { type: 'Complete', status: 'True' },
          ],
          completionTime: '2025-01-01T00:01:00Z',
        },
      },
      ['status.completionTime: Invalid value: "2025-01-01T00:01:00Z": must be equal to or after `startTime`'],
    ],
    [
      {},
      { status: { completionTime: '2026-01-01T00:01:00Z' } },
      [
        'status.completionTime: Invalid value: "2026-01-01T00:01:00Z": cannot set completionTime when there is no Complete=True condition',
      ],
    ],
    [
      {},
      { status: { uncountedTerminatedPods: { succeeded: ['a', '', 'a'], failed: ['a', 'b'] } } },
      [
        'status.uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty',
        'status.uncountedTerminatedPods.succeeded[2]: Duplicate value: "a"',
        'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
      ],
    ],
    [
      {},
      { status: { completedIndexes: '1' } },
      [
        'status.completedIndexes: Invalid value: "1": cannot set non-empty completedIndexes when non-indexed completion mode',
      ],
    ],
    [
      {},
      { status: { failedIndexes: '1' } },
      [
        'status.failedIndexes: Invalid value: "1": cannot set non-null failedIndexes when backoffLimitPerIndex is null',
      ],
    ],
    [
      {},
      { status: { ready: 2 } },
      ['status.ready: Invalid value: 2: cannot set more ready pods than active'],
    ],
    [
      {},
      { status: { succeeded: 0, failed: 0 } },
      [
        'status.failed: Invalid value: 0: cannot decrease the failed counter',
        'status.succeeded: Invalid value: 0: cannot decrease the succeeded counter',
      ],
    ],
    [
      {},
      { status: { startTime: '2026-02-01T00:00:00Z' } },
      [
        'status.startTime: Invalid value: "2026-02-01T00:00:00Z": field is immutable for unsuspended job once set',
      ],
    ],
    [{}, { spec: { completions: 9 } }, []],
    [
      { spec: { completions: 5, completionMode: 'Indexed', backoffLimitPerIndex: 1 } },
      { status: { completedIndexes: '0,2-3', failedIndexes: '1,3' } },
      ['status.failedIndexes: Invalid value: "1,3": failedIndexes and completedIndexes overlap at index: 3'],
    ],
    [
      { spec: { completions: 5, completionMode: 'Indexed', backoffLimitPerIndex: 1 } },
      { status: { completedIndexes: 'x,7', failedIndexes: '3,1' } },
      [
        'status.completedIndexes: Invalid value: "x,7": error parsing completedIndexes: cannot convert string to integer for index: "x"',
        'status.failedIndexes: Invalid value: "3,1": error parsing failedIndexes: non-increasing order, previous: 3, current: 1',
      ],
    ],
    [
      { spec: { completions: 5, completionMode: 'Indexed', backoffLimitPerIndex: 1 } },
      { status: { failedIndexes: '', completedIndexes: '0-4' } },
      [],
    ],
    [
      {
        status: {
          active: 0,
          conditions: [
            { type: 'SuccessCriteriaMet', status: 'True' },
            { type: 'Complete', status: 'True' },
          ],
          completionTime: '2026-01-01T00:01:00Z',
        },
      },
      { status: { conditions: [], completionTime: null } },
      [
        'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
        'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition',
      ],
    ],
    [
      {
        status: {
          active: 0,
          conditions: [
            { type: 'SuccessCriteriaMet', status: 'True' },
            { type: 'Complete', status: 'True' },
          ],
          completionTime: '2026-01-01T00:01:00Z',
        },
      },
      { status: { completionTime: '2026-01-01T00:02:00Z' } },
      ['status.completionTime: Invalid value: "2026-01-01T00:02:00Z": field is immutable'],
    ],
    [
      {
        status: {
          active: 0,
          conditions: [
            { type: 'SuccessCriteriaMet', status: 'True' },
            { type: 'Complete', status: 'True' },
          ],
          completionTime: '2026-01-01T00:01:00Z',
        },
      },
      { status: { active: 1 } },
      ['status.active: Invalid value: 1: active>0 is invalid for finished job'],
    ],
    [
      {
        status: {
          active: 0,
          conditions: [{ type: 'Complete', status: 'True' }],
          completionTime: '2026-01-01T00:01:00Z',
        },
      },
      {
        status: {
          conditions: [
            { type: 'Complete', status: 'True' },
            { type: 'SuccessCriteriaMet', status: 'True' },
          ],
        },
      },
      [
        'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
      ],
    ],
    [
      {
        spec: {
          completions: 5,
          completionMode: 'Indexed',
          backoffLimitPerIndex: 1,
          successPolicy: { rules: [{ succeededCount: 1 }] },
        },
      },
      {
        status: {
          active: 0,
          completionTime: '2026-01-01T00:01:00Z',
          conditions: [{ type: 'Complete', status: 'True' }],
        },
      },
      [
        'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
        'status.conditions: Invalid value: cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
      ],
    ],
    [
      { status: { conditions: [{ type: 'Suspended', status: 'True' }] } },
      { status: { startTime: '2026-02-01T00:00:00Z', conditions: [{ type: 'Suspended', status: 'False' }] } },
      [],
    ],
    [
      {
        spec: { completions: 0, suspend: true },
        status: { startTime: null, active: null, succeeded: null, failed: null },
      },
      {
        status: {
          conditions: [
            { type: 'SuccessCriteriaMet', status: 'True' },
            { type: 'Complete', status: 'True' },
          ],
          completionTime: '2026-01-01T00:01:00Z',
        },
      },
      [],
    ],
  ])('from %j by %j', (before, patch, messages) => {
    const current = patched(stored, before);
    const next = patched(current, patch);
    expect(updateRefusals(job, { current, next }, job.strategy.status)).toEqual(messages);
  });
});
