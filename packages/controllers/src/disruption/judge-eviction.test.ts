import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '@berth/kinds';
import { StatusError } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { judgeEviction } from './judge-eviction.ts';

const now = new Date('2026-03-01T10:00:00Z');
const message = "Cannot evict pod as it would violate the pod's disruption budget.";

function podOf({
  phase = 'Running',
  ready = true,
  going = false,
}: {
  phase?: NonNullable<Pod['status']>['phase'];
  ready?: boolean;
  going?: boolean;
} = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-1',
      namespace: 'default',
      labels: { app: 'web' },
      ...(going ? { deletionTimestamp: '2026-03-01T09:59:00Z' } : {}),
    },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

function budgetOf(
  status: PodDisruptionBudgetStatus,
  spec: PodDisruptionBudget['spec'] = {},
): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default', generation: 1 },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    status: { observedGeneration: 1, ...status },
  };
}

const full = budgetOf({ disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 });
const roomy = budgetOf({ disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2 });

test('an eviction takes from the budget, and the last one closes it', () => {
  expect(judgeEviction(podOf(), [roomy], now)).toEqual({
    outcome: 'allowed',
    budget: {
      ...roomy,
      status: {
        observedGeneration: 1,
        disruptionsAllowed: 0,
        currentHealthy: 3,
        desiredHealthy: 2,
        disruptedPods: { 'web-1': '2026-03-01T10:00:00Z' },
        conditions: [
          {
            type: 'DisruptionAllowed',
            status: 'False',
            reason: 'InsufficientPods',
            message: '',
            observedGeneration: 1,
            lastTransitionTime: '2026-03-01T10:00:00Z',
          },
        ],
      },
    },
  });
});

describe('no budget is asked about', () => {
  const free = { outcome: 'allowed', budget: undefined };
  test.each([
    [
      'a pod that no budget selects',
      podOf(),
      { ...full, spec: { selector: { matchLabels: { app: 'db' } } } },
    ],
    ['a budget without a selector', podOf(), { ...full, spec: {} }],
    ['a pod that is pending', podOf({ phase: 'Pending' }), full],
    ['a pod that succeeded', podOf({ phase: 'Succeeded' }), full],
    ['a pod that failed', podOf({ phase: 'Failed' }), full],
    ['a pod that is going', podOf({ going: true }), full],
    ['a pod that is not ready while enough others are', podOf({ ready: false }), full],
    [
      'a pod that is not ready, by policy',
      podOf({ ready: false }),
      budgetOf(
        { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 2 },
        { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
      ),
    ],
  ])('%s', (_name, pod, budget) => {
    expect(judgeEviction(pod, [budget], now)).toEqual(free);
  });
});

test('an empty selector is about every pod', () => {
  expect(() => judgeEviction(podOf(), [{ ...full, spec: { selector: {} } }], now)).toThrow(message);
});

test('several budgets cannot be taken from at once', () => {
  expect(judgeEviction(podOf(), [roomy, { ...roomy, metadata: { name: 'other' } }], now)).toEqual({
    outcome: 'ambiguous',
  });
});

describe('an eviction is refused', () => {
  const condition = (reason: string, text: string) => ({
    type: 'DisruptionAllowed',
    status: 'False',
    reason,
    message: text,
    lastTransitionTime: '2026-03-01T09:00:00Z',
  });
  const cause = (text: string, retryAfterSeconds?: number) => ({
    reason: 'TooManyRequests',
    message,
    details: {
      causes: [{ reason: 'DisruptionBudget', message: text }],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  });
  const forbidden = (text: string) => ({
    reason: 'Forbidden',
    message: `poddisruptionbudget.policy "web" is forbidden: ${text}`,
  });
  const disrupted = Object.fromEntries(
    Array.from({ length: 2001 }, (_, number) => [`p-${number}`, '2026-03-01T10:00:00Z']),
  );
  test.each<[string, PodDisruptionBudget, object]>([
    ['without room', full, cause('The disruption budget web needs 2 healthy pods and has 2 currently')],
    [
      'before a change of the budget was counted',
      { ...roomy, metadata: { ...roomy.metadata, generation: 2 } },
      cause('The disruption budget web is still being processed by the server.', 10),
    ],
    [
      'while the pods cannot be counted',
      budgetOf({ disruptionsAllowed: 0, conditions: [condition('SyncFailed', 'no scale')] }),
      cause(
        'The disruption budget web does not allow evicting pods currently because it failed sync: no scale',
      ),
    ],
    [
      'for a reason of somebody else',
      budgetOf({
        disruptionsAllowed: 0,
        currentHealthy: 3,
        desiredHealthy: 2,
        conditions: [condition('Frozen', 'on holiday')],
      }),
      cause('The disruption budget web does not allow evicting pods currently (Frozen): on holiday'),
    ],
    [
      'for no reason at all',
      budgetOf({ disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 2 }),
      cause('The disruption budget web does not allow evicting pods currently'),
    ],
    [
      'by a number that cannot be',
      budgetOf({ disruptionsAllowed: -1 }),
      forbidden('pdb disruptions allowed is negative'),
    ],
    [
      'with too many under way',
      budgetOf({ disruptionsAllowed: 5, disruptedPods: disrupted }),
      forbidden('DisruptedPods map too big - too many evictions not confirmed by PDB controller'),
    ],
  ])('%s', (_name, budget, expected) => {
    let thrown: unknown;
    try {
      judgeEviction(podOf(), [budget], now);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(StatusError);
    expect((thrown as StatusError).status).toMatchObject(expected);
  });
});
