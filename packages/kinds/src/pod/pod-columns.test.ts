import { describe, expect, it } from 'vitest';
import { cellsOf, objectOf } from '../registry/kind-fixture.ts';
import { pod } from './pod.ts';

const now = new Date('2026-03-01T00:10:00Z');
const regular = [{ name: 'c' }];
const running = { state: { running: {} }, ready: true };
const waiting = (reason?: string) => ({ state: { waiting: { reason } }, ready: false });
const terminated = (exitCode: number, more: object = {}) => ({
  state: { terminated: { exitCode, ...more } },
  ready: false,
});
const conditions = (...types: string[]) => types.map((type) => ({ type, status: 'True' }));

interface Shown {
  readonly ready: string;
  readonly status: string;
  readonly restarts?: string;
}

describe('columns of pods', () => {
  it.each<readonly [string, Record<string, unknown>, Shown]>([
    [
      'new',
      { spec: { containers: regular }, status: { phase: 'Pending' } },
      { ready: '0/1', status: 'Pending' },
    ],
    [
      'running',
      { spec: { containers: regular }, status: { phase: 'Running', containerStatuses: [running] } },
      { ready: '1/1', status: 'Running' },
    ],
    [
      'refused by its node',
      { spec: { containers: regular }, status: { phase: 'Failed', reason: 'Evicted' } },
      { ready: '0/1', status: 'Evicted' },
    ],
    [
      'gated',
      {
        spec: { containers: regular },
        status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', reason: 'SchedulingGated' }] },
      },
      { ready: '0/1', status: 'SchedulingGated' },
    ],
    [
      'crashing',
      {
        spec: { containers: regular },
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              ...waiting('CrashLoopBackOff'),
              restartCount: 2,
              lastState: { terminated: { exitCode: 1, finishedAt: '2026-03-01T00:05:00Z' } },
            },
          ],
        },
      },
      { ready: '0/1', status: 'CrashLoopBackOff', restarts: '2 (5m ago)' },
    ],
    [
      'done',
      {
        spec: { containers: regular },
        status: { phase: 'Succeeded', containerStatuses: [terminated(0, { reason: 'Completed' })] },
      },
      { ready: '0/1', status: 'Completed' },
    ],
    [
      'one of two done, ready',
      {
        spec: { containers: [...regular, ...regular] },
        status: {
          phase: 'Running',
          conditions: conditions('Ready'),
          containerStatuses: [terminated(0, { reason: 'Completed' }), running],
        },
      },
      { ready: '1/2', status: 'Running' },
    ],
    [
      'one of two done, not ready',
      {
        spec: { containers: [...regular, ...regular] },
        status: { phase: 'Running', containerStatuses: [terminated(0, { reason: 'Completed' }), running] },
      },
      { ready: '1/2', status: 'NotReady' },
    ],
    [
      'one of two failed',
      {
        spec: { containers: [...regular, ...regular] },
        status: {
          phase: 'Failed',
          containerStatuses: [terminated(0, { reason: 'Completed' }), terminated(3, { reason: 'Error' })],
        },
      },
      { ready: '0/2', status: 'Error' },
    ],
    [
      'killed without a reason',
      { spec: { containers: regular }, status: { containerStatuses: [terminated(137, { signal: 9 })] } },
      { ready: '0/1', status: 'Signal:9' },
    ],
    [
      'ended without a reason',
      { spec: { containers: regular }, status: { containerStatuses: [terminated(3)] } },
      { ready: '0/1', status: 'ExitCode:3' },
    ],
    [
      'second of two init containers running',
      {
        spec: { containers: regular, initContainers: [{ name: 'a' }, { name: 'b' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'a', ...terminated(0) },
            { name: 'b', ...running },
          ],
        },
      },
      { ready: '0/1', status: 'Init:1/2' },
    ],
    [
      'init container failed',
      {
        spec: { containers: regular, initContainers: [{ name: 'a' }] },
        status: { phase: 'Pending', initContainerStatuses: [{ name: 'a', ...terminated(1) }] },
      },
      { ready: '0/1', status: 'Init:ExitCode:1' },
    ],
    [
      'init container crashing',
      {
        spec: { containers: regular, initContainers: [{ name: 'a' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'a', restartCount: 4, ...waiting('CrashLoopBackOff') }],
        },
      },
      { ready: '0/1', status: 'Init:CrashLoopBackOff', restarts: '4' },
    ],
    [
      'init container waits for its turn',
      {
        spec: { containers: regular, initContainers: [{ name: 'a' }] },
        status: { phase: 'Pending', initContainerStatuses: [{ name: 'a', ...waiting('PodInitializing') }] },
      },
      { ready: '0/1', status: 'Init:0/1' },
    ],
    [
      'sidecar runs beside; restarts of init containers no longer count',
      {
        spec: {
          containers: regular,
          initContainers: [{ name: 'a' }, { name: 's', restartPolicy: 'Always' }],
        },
        status: {
          phase: 'Running',
          initContainerStatuses: [
            { name: 'a', restartCount: 7, ...terminated(0) },
            { name: 's', restartCount: 1, started: true, ...running },
          ],
          containerStatuses: [running],
        },
      },
      { ready: '2/2', status: 'Running', restarts: '1' },
    ],
    [
      'being deleted',
      {
        metadata: { deletionTimestamp: '2026-03-01T00:00:00Z' },
        spec: { containers: regular },
        status: { phase: 'Running', containerStatuses: [running] },
      },
      { ready: '1/1', status: 'Terminating' },
    ],
    [
      'being deleted after its end',
      {
        metadata: { deletionTimestamp: '2026-03-01T00:00:00Z' },
        spec: { containers: regular },
        status: { phase: 'Succeeded', containerStatuses: [terminated(0, { reason: 'Completed' })] },
      },
      { ready: '0/1', status: 'Completed' },
    ],
    [
      'being deleted on a lost node',
      {
        metadata: { deletionTimestamp: '2026-03-01T00:00:00Z' },
        spec: { containers: regular },
        status: { phase: 'Running', reason: 'NodeLost' },
      },
      { ready: '0/1', status: 'Unknown' },
    ],
  ])('%s', (_case, members, { ready, status, restarts = '0' }) => {
    const cells = cellsOf(pod, objectOf(pod, members), now);
    expect(cells).toMatchObject({ Name: 'a', Ready: ready, Status: status, Restarts: restarts });
  });

  it('adds address, node and gates with -o wide', () => {
    const bare = cellsOf(pod, objectOf(pod), now);
    expect(bare).toMatchObject({
      Age: '<unknown>',
      'IP*': '<none>',
      'Node*': '<none>',
      'Nominated Node*': '<none>',
      'Readiness Gates*': '<none>',
    });
    const bound = objectOf(pod, {
      metadata: { name: 'a', creationTimestamp: '2026-03-01T00:08:00Z' },
      spec: { nodeName: 'n', readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] },
      status: { podIPs: [{ ip: '10.0.0.1' }], nominatedNodeName: 'm', conditions: conditions('x') },
    });
    expect(cellsOf(pod, bound, now)).toMatchObject({
      Age: '2m',
      'IP*': '10.0.0.1',
      'Node*': 'n',
      'Nominated Node*': 'm',
      'Readiness Gates*': '1/2',
    });
  });
});
