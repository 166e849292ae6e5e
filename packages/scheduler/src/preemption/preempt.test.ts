import type { Pod, PodDisruptionBudget, PodSpec } from '@berth/kinds';
import { describe, expect, test } from 'vitest';
import { podFacts } from '../pod-facts.ts';
import { schedulePod } from '../schedule-pod.ts';
import { stateOf, type TestCluster } from '../testing/cluster.ts';
import { node, outcome, pod } from '../testing/objects.ts';
import { preempt } from './preempt.ts';

interface Running {
  readonly on: string;
  readonly cpu?: string;
  readonly priority?: number;
  /** Minutes after noon. */
  readonly started?: number;
  readonly app?: string;
}

function running(name: string, { on, cpu = '1', priority = 0, started = 0, app = 'low' }: Running): Pod {
  const containers = [{ name: 'c', resources: { requests: { cpu } } }];
  return {
    ...pod({ containers, priority, nodeName: on }, { name, uid: name, labels: { app } }),
    status: { startTime: `2026-01-01T12:${String(started).padStart(2, '0')}:00Z` },
  };
}

function wanting(cpu: string, spec: PodSpec = {}): Pod {
  const containers = [{ name: 'c', resources: { requests: { cpu } } }];
  return pod({ containers, priority: 100, ...spec }, { name: 'new', uid: 'new', labels: { app: 'new' } });
}

/** Nodes of two cores, each with all that runs on it claimed. */
function clusterOf(pods: readonly Pod[], cluster: Partial<TestCluster> = {}) {
  const names = [...new Set(pods.map(({ spec }) => spec?.nodeName ?? ''))].filter(Boolean);
  const nodes = names.map((name) => {
    const here = pods
      .filter(({ spec }) => spec?.nodeName === name)
      .map((own) => podFacts(own).requests.cpuMillis);
    const cpuMillis = here.reduce((sum, own) => sum + own, 0);
    const allocatable = { cpu: '2', memory: '8Gi', pods: '10' };
    return node(name, { allocatable, claimed: { cpuMillis, memoryBytes: 0, pods: here.length } });
  });
  return stateOf({ nodes, pods, ...cluster });
}

function victims(subject: Pod, state: ReturnType<typeof clusterOf>): readonly string[] | string {
  const result = schedulePod(podFacts(subject), state);
  if (result.node) return `fits ${result.node.name}`;
  const preemption = preempt(podFacts(subject), state, result.rejections);
  if (preemption.type !== 'found') return preemption.type;
  return [preemption.node.name, ...preemption.victims.map(({ uid }) => uid)];
}

const budget = (app: string, disruptionsAllowed: number): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: app, namespace: 'default' },
  spec: { selector: { matchLabels: { app } } },
  status: { disruptionsAllowed, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
});
const withBudgets = (...budgets: PodDisruptionBudget[]) => ({
  others: { 'poddisruptionbudgets.policy': budgets },
});

describe('who has to go', () => {
  test.each<readonly [string, readonly Pod[], readonly string[] | string]>([
    ['nobody of the same priority', [running('a', { on: 'n', cpu: '2', priority: 100 })], 'none'],
    ['whoever is less important', [running('a', { on: 'n', cpu: '2' })], ['n', 'a']],
    [
      'no more than must: the least important, of equals the youngest',
      [running('old', { on: 'n', started: 1 }), running('young', { on: 'n', started: 2 })],
      ['n', 'young'],
    ],
    [
      'the less important of two',
      [running('more', { on: 'n', priority: 50, started: 9 }), running('less', { on: 'n', priority: 5 })],
      ['n', 'less'],
    ],
    [
      'who is least important at the most on the node',
      [running('a', { on: 'm', cpu: '2', priority: 20 }), running('b', { on: 'n', cpu: '2', priority: 10 })],
      ['n', 'b'],
    ],
    [
      'those of the lowest sum of priorities',
      [
        running('a', { on: 'm', cpu: '1500m', priority: 10 }),
        running('a2', { on: 'm', cpu: '500m', priority: 99 }),
        running('b', { on: 'n', cpu: '1500m', priority: 10 }),
        running('b2', { on: 'n', cpu: '500m', priority: 99 }),
        running('c', { on: 'o', cpu: '1500m', priority: 9 }),
        running('c2', { on: 'o', cpu: '500m', priority: 99 }),
      ],
      ['o', 'c'],
    ],
    [
      'the fewest',
      [
        running('a', { on: 'm', cpu: '1' }),
        running('a2', { on: 'm', cpu: '500m' }),
        running('a3', { on: 'm', cpu: '500m', priority: 100 }),
        running('b', { on: 'n', cpu: '1500m' }),
        running('b2', { on: 'n', cpu: '500m', priority: 100 }),
      ],
      ['n', 'b'],
    ],
    [
      'who started last',
      [running('a', { on: 'm', cpu: '2', started: 1 }), running('b', { on: 'n', cpu: '2', started: 2 })],
      ['n', 'b'],
    ],
  ])('%s', (_what, pods, expected) => {
    const isSmall = pods.length === 2 && pods.every(({ spec }) => spec?.nodeName === 'n');
    expect(victims(wanting(isSmall ? '1' : '1200m'), clusterOf(pods))).toEqual(expected);
  });

  test('those last whom a budget protects', () => {
    const pods = [
      running('free', { on: 'n', started: 1 }),
      running('kept', { on: 'n', started: 2, app: 'db' }),
    ];
    expect(victims(wanting('1'), clusterOf(pods))).toEqual(['n', 'kept']);
    expect(victims(wanting('1'), clusterOf(pods, withBudgets(budget('db', 0))))).toEqual(['n', 'free']);
    expect(victims(wanting('1'), clusterOf(pods, withBudgets(budget('db', 1))))).toEqual(['n', 'kept']);
    expect(victims(wanting('2'), clusterOf(pods, withBudgets(budget('db', 0))))).toEqual([
      'n',
      'free',
      'kept',
    ]);
  });

  test('on the node where fewest budgets are hurt, whatever the priorities', () => {
    const pods = [
      running('kept', { on: 'm', cpu: '2', priority: 1, app: 'db' }),
      running('free', { on: 'n', cpu: '2', priority: 90 }),
    ];
    expect(victims(wanting('2'), clusterOf(pods, withBudgets(budget('db', 0))))).toEqual(['n', 'free']);
  });

  test('those whose anti-affinity keeps the pod away', () => {
    const shy = running('shy', { on: 'n', cpu: '1' });
    const term = { labelSelector: { matchLabels: { app: 'new' } }, topologyKey: 'kubernetes.io/hostname' };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const other = running('other', { on: 'n', cpu: '100m' });
    const state = clusterOf([{ ...shy, spec: { ...shy.spec, affinity } }, other]);
    expect(victims(wanting('500m'), state)).toEqual(['n', 'shy']);
  });

  test('nobody of a neighbour: what others claimed stays', () => {
    const full = node('n', {
      allocatable: { cpu: '2', pods: '10' },
      claimed: { cpuMillis: 2000, memoryBytes: 0, pods: 1 },
    });
    expect(victims(wanting('1'), stateOf({ nodes: [full] }))).toBe('none');
    const half = node('n', {
      allocatable: { cpu: '2', pods: '10' },
      claimed: { cpuMillis: 2000, memoryBytes: 0, pods: 2 },
    });
    const mine = running('mine', { on: 'n', cpu: '1' });
    expect(victims(wanting('1'), stateOf({ nodes: [half], pods: [mine] }))).toEqual(['n', 'mine']);
    expect(victims(wanting('1500m'), stateOf({ nodes: [half], pods: [mine] }))).toBe('none');
  });

  test('nobody for a pod that never preempts, nor while an earlier victim is still going', () => {
    const state = clusterOf([running('a', { on: 'n', cpu: '2' })]);
    expect(victims(wanting('2', { preemptionPolicy: 'Never' }), state)).toBe('never');
    const going = running('a', { on: 'n', cpu: '2' });
    going.metadata.deletionTimestamp = '2026-01-01T13:00:00Z';
    const reason = 'PreemptionByScheduler';
    going.status = { ...going.status, conditions: [{ type: 'DisruptionTarget', status: 'True', reason }] };
    const promised = { ...wanting('2'), status: { nominatedNodeName: 'n' } };
    expect(victims(promised, clusterOf([going]))).toBe('underway');
  });

  test('leaves everything as it was', () => {
    const pods = [running('a', { on: 'n' }), running('b', { on: 'n' })];
    const state = clusterOf(pods);
    victims(wanting('2'), state);
    expect(state.nodes[0]?.claimed).toEqual({ cpuMillis: 2000, memoryBytes: 0, pods: 2 });
    expect([...(state.nodes[0]?.pods.keys() ?? [])].toSorted()).toEqual(['a', 'b']);
    expect(victims(wanting('100m'), state)).toEqual(['n', 'b']);
  });
});

describe('why preemption does not help is said in Kubernetes’ words', () => {
  const pods = [running('a', { on: 'n', cpu: '1' }), running('b', { on: 'm', cpu: '2', priority: 500 })];
  const prefix = '0/2 nodes are available: ';
  test.each<readonly [PodSpec, string]>([
    [{}, `${prefix}1 Insufficient cpu, 1 No preemption victims found for incoming pod.`],
    [{ preemptionPolicy: 'Never' }, 'not eligible due to preemptionPolicy=Never.'],
    [{ nodeSelector: { no: 'such' } }, `${prefix}2 Preemption is not helpful for scheduling.`],
  ])('%j', (spec, expected) => {
    const state = clusterOf([...pods, running('c', { on: 'n', cpu: '1', priority: 500 })]);
    const message = outcome(wanting('1500m', spec), state);
    expect(message.slice(message.indexOf('preemption: '))).toBe(`preemption: ${expected}`);
  });
});

describe('room that is being made', () => {
  const promised = {
    ...wanting('2'),
    metadata: { ...wanting('2').metadata, name: 'promised', uid: 'promised' },
    status: { nominatedNodeName: 'n' },
  };
  const free = node('n', { allocatable: { cpu: '2', pods: '10' } });

  test('is for whom it is made, and for whoever is more important', () => {
    const state = stateOf({ nodes: [free], pods: [promised] });
    expect(outcome(wanting('1', { priority: 50 }), state)).toContain('1 Insufficient cpu');
    expect(outcome(wanting('1', { priority: 100 }), state)).toContain('1 Insufficient cpu');
    expect(outcome(wanting('1', { priority: 101 }), state)).toBe('n');
    expect(outcome(promised, state)).toBe('n');
  });

  test('is where the pod goes, however much better another node were', () => {
    const busy = node('n', { claimed: { cpuMillis: 1900, memoryBytes: 0, pods: 5 } });
    expect(outcome(promised, stateOf({ nodes: [node('empty'), busy], pods: [promised] }))).toBe('n');
  });
});
