import type { Deployment, ReplicaSet } from '@berth/kinds';
import { describe, expect, it, test } from 'vitest';
import { deploymentName } from './rollout-api.ts';
import { commandedRevision, pausePatch, restartPatch, undoPatch } from './rollout-changes.ts';
import { rolloutOf } from './rollout-model.ts';
import { historyTable, statusText } from './rollout-text.ts';

const names = { strategy: 's', side: 'side', aborted: 'aborted', gate: 'gate' };
const now = new Date('2026-03-01T01:00:00Z');

function deploymentOf(options: {
  readonly annotations?: Record<string, string>;
  readonly paused?: boolean;
  readonly status?: Deployment['status'];
  readonly reason?: string;
}): Deployment {
  const { annotations = {}, paused = false, reason } = options;
  const status = reason === 'ProgressDeadlineExceeded' || reason === 'RolloutAborted' ? 'False' : 'True';
  const conditions = reason ? [{ type: 'Progressing', status, reason, message: `told: ${reason}` }] : [];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'u',
      generation: 4,
      resourceVersion: '9',
      annotations: { 'deployment.kubernetes.io/revision': '2', ...annotations },
    },
    spec: { replicas: 3, paused, template: {} },
    status: {
      observedGeneration: 4,
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      conditions,
      ...options.status,
    },
  };
}

function setOf(revision: number, marks: Record<string, string> = {}, replicas = 3): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-${revision}`,
      creationTimestamp: '2026-03-01T00:00:00Z',
      annotations: { 'deployment.kubernetes.io/revision': String(revision), ...marks },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u' }],
    },
    spec: {
      replicas,
      template: {
        metadata: { name: '', labels: { app: 'web', 'pod-template-hash': 'x' } },
        spec: {
          containers: [{ name: 'c', image: `i:${revision}` }],
          readinessGates: [{ conditionType: 'gate' }],
        },
      },
    },
    status: { replicas, readyReplicas: 1 },
  };
}

describe('the state of a rollout', () => {
  it.each<readonly [Parameters<typeof deploymentOf>[0], string]>([
    [{}, 'Complete: all 3 pods are of the newest revision and available'],
    [{ status: { observedGeneration: 3 } }, 'Unobserved: the controller has not seen the newest change yet'],
    [{ paused: true }, 'Paused: it is paused: berth rollout resume web'],
    [{ reason: 'AwaitingPromotion' }, 'AwaitingPromotion: told: AwaitingPromotion'],
    [{ reason: 'RolloutAborted' }, 'Aborted: told: RolloutAborted'],
    [{ reason: 'ProgressDeadlineExceeded' }, 'Failed: told: ProgressDeadlineExceeded'],
    [{ status: { updatedReplicas: 1 } }, 'Progressing: 1 of 3 new pods are there'],
    [{ status: { replicas: 5 } }, 'Progressing: 2 old pods are still there'],
    [{ status: { availableReplicas: 1 } }, 'Progressing: 1 of 3 new pods are available'],
  ])('%j → %s', (options, told) => {
    const { state, message } = rolloutOf(deploymentOf(options), [], names);
    expect(`${state}: ${message}`).toBe(told);
  });
});

const blueGreen = deploymentOf({ annotations: { s: 'BlueGreen' } });
const rolloutWith = (...sets: readonly ReplicaSet[]) => rolloutOf(blueGreen, sets, names);

test('tables show revisions with their sides, the newest first', () => {
  const foreign = setOf(9);
  const others = { ...foreign, metadata: { ...foreign.metadata, ownerReferences: [] } };
  const rollout = rolloutWith(setOf(1, { side: 'live' }), setOf(2), others, setOf(0, {}, 0));
  expect(statusText(rollout, now)).toBe(
    [
      'Deployment:  web (namespace default)',
      'Strategy:    BlueGreen',
      'State:       Complete: all 3 pods are of the newest revision and available',
      'Pods:        3 wanted, 3 of the newest revision, 3 available',
      '',
      'REVISION   SIDE      REPLICASET   PODS   READY   IMAGES   AGE',
      '2          waiting   web-2        3/3    1       i:2      60m',
      '1          live      web-1        3/3    1       i:1      60m',
      '',
    ].join('\n'),
  );
  expect(historyTable(rollout.revisions, now).split('\n').slice(0, 2)).toEqual([
    'REVISION     REPLICASET   PODS   IMAGES   AGE   CHANGE-CAUSE',
    '2 (newest)   web-2        3/3    i:2      60m   <none>',
  ]);
});

describe('a command to a blue/green rollout', () => {
  const [live, retired, aborted] = [{ side: 'live' }, { side: 'retired' }, { aborted: 'true' }];
  it.each<readonly ['promote' | 'abort', Record<string, string>, Record<string, string>, number | string]>([
    ['promote', {}, live, 2],
    ['promote', aborted, live, 2],
    ['promote', retired, live, 2],
    ['promote', live, retired, 'deployment "web" has nothing to promote: revision 2 has all traffic'],
    ['abort', {}, live, 2],
    ['abort', live, retired, 2],
    ['abort', aborted, live, 'revision 2 of deployment "web" was given up already'],
    [
      'abort',
      live,
      {},
      'deployment "web" has nothing to give up, and its old pods are gone; go back by: berth rollout undo web',
    ],
  ])('%s with %j over %j: %s', (...[command, newest, old, outcome]) => {
    const size = old === retired || old === live ? 3 : 0;
    const rollout = rolloutWith(setOf(1, old, size), setOf(2, newest));
    if (typeof outcome === 'number') expect(commandedRevision(rollout, command)).toBe(outcome);
    else expect(() => commandedRevision(rollout, command)).toThrow(outcome);
  });

  it('is refused where the Deployment is not blue/green, with what would make it so', () => {
    const rollout = rolloutOf(deploymentOf({}), [setOf(2)], names);
    expect(() => commandedRevision(rollout, 'promote')).toThrow(
      'deployment "web" is not blue/green (RollingUpdate); annotate it with deploy.berth.dev/strategy=BlueGreen',
    );
  });
});

describe('going back', () => {
  const sets = [setOf(1, { 'kubernetes.io/change-cause': 'first' }), setOf(2)];
  const read = { deployment: blueGreen, rollout: rolloutWith(...sets), sets };

  it('brings back the template that was written, and why it was', () => {
    expect(undoPatch(read, { toRevision: undefined, gate: 'gate' })).toEqual({
      revision: 1,
      patch: [
        { op: 'test', path: '/metadata/resourceVersion', value: '9' },
        {
          op: 'replace',
          path: '/spec/template',
          value: {
            metadata: { name: '', labels: { app: 'web' } },
            spec: { containers: [{ name: 'c', image: 'i:1' }] },
          },
        },
        {
          op: 'add',
          path: '/metadata/annotations',
          value: { ...blueGreen.metadata.annotations, 'kubernetes.io/change-cause': 'first' },
        },
      ],
    });
  });

  it.each<readonly [number, string]>([
    [2, 'deployment "web" is at revision 2 already'],
    [7, 'deployment "web" has no revision 7; it has 2, 1'],
  ])('to revision %i is refused: %s', (toRevision, message) => {
    expect(() => undoPatch(read, { toRevision, gate: 'gate' })).toThrow(message);
  });
});

test('pauses and restarts are refused where they would do nothing', () => {
  expect(pausePatch(deploymentOf({}), true)).toEqual({ spec: { paused: true } });
  expect(() => pausePatch(deploymentOf({ paused: true }), true)).toThrow(
    'deployment "web" is paused already',
  );
  expect(() => restartPatch(deploymentOf({ paused: true }), now)).toThrow('berth rollout resume web');
  expect(restartPatch(deploymentOf({}), now)).toEqual({
    spec: {
      template: {
        metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-03-01T01:00:00Z' } },
      },
    },
  });
});

test.each(['web', 'deployment/web', 'deploy/web', 'deployments.apps/web'])('%s is a Deployment', (text) => {
  expect(deploymentName(text)).toBe('web');
});
