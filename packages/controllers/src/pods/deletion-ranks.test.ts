import type { Pod, PodStatus } from '@berth/kinds';
import { describe, expect, test } from 'vitest';
import { compareForDeletion, deletionCostAnnotation, podsToDelete } from './deletion-ranks.ts';

const now = new Date('2026-03-01T10:00:00Z');
const secondsAgo = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();

interface Traits {
  node?: string;
  phase?: NonNullable<PodStatus['phase']>;
  readyFor?: number;
  age?: number;
  cost?: string;
  restarts?: number;
  sidecarRestarts?: number;
}

function podOf(name: string, traits: Traits = {}): Pod {
  const {
    node = name,
    phase = 'Running',
    readyFor,
    age = 3600,
    cost,
    restarts = 0,
    sidecarRestarts,
  } = traits;
  const status = (container: string, restartCount: number) => {
    return { name: container, restartCount, ready: true, image: '', imageID: '' };
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: secondsAgo(age),
      ...(cost === undefined ? {} : { annotations: { [deletionCostAnnotation]: cost } }),
    },
    spec: {
      ...(node ? { nodeName: node } : {}),
      containers: [{ name: 'main' }],
      initContainers: [{ name: 'side', restartPolicy: 'Always' }, { name: 'init' }],
    },
    status: {
      phase,
      containerStatuses: [status('main', restarts)],
      initContainerStatuses: [status('init', 9), status('side', sidecarRestarts ?? 0)],
      ...(readyFor === undefined
        ? {}
        : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: secondsAgo(readyFor) }] }),
    },
  };
}

describe('deleted first is', () => {
  const cases: ReadonlyArray<readonly [string, Traits, Traits]> = [
    ['a pod without a node', { node: '', readyFor: 900 }, { phase: 'Pending' }],
    ['a pending pod before an unknown one', { phase: 'Pending', readyFor: 900 }, { phase: 'Unknown' }],
    ['an unknown pod before a running one', { phase: 'Unknown', readyFor: 900 }, {}],
    ['a pod that is not ready', { cost: '5' }, { cost: '-5', readyFor: 1 }],
    ['a pod of lower cost', { cost: '-1', readyFor: 900 }, { readyFor: 1 }],
    [
      'a pod of a cost that counts, before one whose cost is no number',
      { cost: '-1', readyFor: 900 },
      { cost: '-07', readyFor: 1 },
    ],
    ['a pod that shares its node with others', { node: 'full', readyFor: 900 }, { readyFor: 1 }],
    ['a pod that is ready for a shorter time', { readyFor: 10 }, { readyFor: 900, restarts: 3 }],
    ['a pod that restarted more often', { restarts: 2, age: 3600 }, { restarts: 1, age: 10 }],
    ['a pod whose sidecar restarted more often', { sidecarRestarts: 2 }, { sidecarRestarts: 1, age: 10 }],
    ['a younger pod', { age: 10 }, { age: 900 }],
  ];
  const related = [podOf('x', { node: 'full' }), podOf('y', { node: 'full' })];

  test.each(cases)('%s', (_name, first, second) => {
    const pods = [podOf('b', second), podOf('a', first)];
    expect(
      podsToDelete(pods, 1, { now, related: [...related, ...pods] }).map((pod) => pod.metadata.name),
    ).toEqual(['a']);
    expect([...pods].reverse().sort(compareForDeletion({ now, related }))[0]?.metadata.name).toBe('a');
  });

  test('the lower uid, where ages are of one order of magnitude', () => {
    const ranking = { now, related: [] };
    const pods = [podOf('b', { readyFor: 700 }), podOf('a', { readyFor: 900 })];
    expect(podsToDelete(pods, 1, ranking)[0]?.metadata.name).toBe('a');
    // Without a ranking the very time counts.
    expect(pods.sort(compareForDeletion())[0]?.metadata.name).toBe('b');
  });
});

test('neither cost nor shared nodes count without a ranking', () => {
  const compare = compareForDeletion();
  expect(compare(podOf('a', { cost: '-5' }), podOf('b', { cost: '5' }))).toBe(0);
});

test('all pods go as they are where all are to go, and none where none is', () => {
  const pods = [podOf('b'), podOf('a', { node: '' })];
  expect(podsToDelete(pods, 2, { now, related: pods })).toBe(pods);
  expect(podsToDelete(pods, 0, { now, related: pods })).toEqual([]);
});
