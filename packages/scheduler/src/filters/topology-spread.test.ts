import type { Pod, PodSpec, Service, TopologySpreadConstraint } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { podFacts } from '../pod-facts.ts';
import { stateOf } from '../testing/cluster.ts';
import { feasible, labelled, node, outcome } from '../testing/objects.ts';

const zones = { a1: 'a', a2: 'a', b1: 'b', c1: 'c' };
const nodes = Object.entries(zones).map(([name, zone]) => node(name, { labels: { zone } }));
const spread = (members: Partial<TopologySpreadConstraint> = {}): PodSpec => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...members,
    },
  ],
});
let count = 0;
const on = (nodeName: string, labels: Record<string, string> = { app: 'web' }) =>
  labelled(`p${++count}`, labels, { nodeName });
const web = (spec: PodSpec) => labelled('new', { app: 'web' }, spec);

describe('a pod of a set goes', () => {
  const inZoneA = { key: 'zone', operator: 'In' as const, values: ['a'] };
  const onlyZoneA: PodSpec = { nodeSelector: { zone: 'a' } };
  test.each<readonly [string, PodSpec, readonly Pod[], readonly string[]]>([
    ['anywhere while all domains are even', spread(), [], ['a1', 'a2', 'b1', 'c1']],
    ['where fewest are', spread(), [on('a1'), on('b1')], ['c1']],
    ['where it is within the skew', spread({ maxSkew: 2 }), [on('a1'), on('b1')], ['a1', 'a2', 'b1', 'c1']],
    ['by those alone that are selected', spread(), [on('a1', { app: 'db' }), on('b1')], ['a1', 'a2', 'c1']],
    [
      'by the domains alone that it may go to',
      { ...spread(), ...onlyZoneA },
      [on('a1'), on('a2')],
      ['a1', 'a2'],
    ],
    [
      'by all domains, if it says so',
      { ...spread({ nodeAffinityPolicy: 'Ignore' }), ...onlyZoneA },
      [on('a1'), on('a2')],
      [],
    ],
    [
      'nowhere while there are fewer domains than it asks for',
      spread({ minDomains: 4 }),
      [on('a1'), on('b1'), on('c1')],
      [],
    ],
    [
      'by every node as a domain',
      spread({ topologyKey: 'kubernetes.io/hostname' }),
      [on('a1'), on('b1')],
      ['a2', 'c1'],
    ],
    [
      'anywhere, if it only wishes',
      spread({ whenUnsatisfiable: 'ScheduleAnyway' }),
      [on('a1'), on('b1')],
      ['a1', 'a2', 'b1', 'c1'],
    ],
    [
      'anywhere, if it selects no pods',
      {
        ...spread(),
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
      },
      [on('a1')],
      ['a1', 'a2', 'b1', 'c1'],
    ],
    [
      'by the domains that node affinity leaves',
      {
        ...spread(),
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [inZoneA] }],
            },
          },
        },
      },
      [on('a1')],
      ['a1', 'a2'],
    ],
  ])('%s', (...[, spec, pods, expected]) => {
    expect(feasible(web(spec), stateOf({ nodes, pods }))).toEqual(expected);
  });

  test('by nodes whose taints it tolerates, if it says so', () => {
    const tainted = node('d1', {
      labels: { zone: 'd' },
      spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] },
    });
    const pods = [on('a1'), on('b1'), on('c1')];
    const state = stateOf({ nodes: [...nodes, tainted], pods });
    expect(feasible(web(spread()), state)).toEqual([]);
    expect(feasible(web(spread({ nodeTaintsPolicy: 'Honor' })), state)).toEqual(['a1', 'a2', 'b1', 'c1']);
  });

  test('not counting those that are going', () => {
    const going = on('c1');
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(feasible(web(spread()), stateOf({ nodes, pods: [on('a1'), on('b1'), going] }))).toEqual(['c1']);
  });

  test('evenly, one after the other', () => {
    const state = stateOf({ nodes });
    const perZone = new Map<string, number>();
    for (let index = 0; index < 12; index++) {
      const facts = podFacts(labelled(`n${index}`, { app: 'web' }, spread()));
      const chosen = state.node(outcome(facts.pod, state));
      if (!chosen) throw new Error('found no node');
      state.assume(facts, chosen);
      const zone = chosen.facts.labels['zone'] ?? '';
      perZone.set(zone, (perZone.get(zone) ?? 0) + 1);
    }
    expect([...perZone.values()]).toEqual([4, 4, 4]);
  });
});

test('why not is said in Kubernetes’ words', () => {
  const state = stateOf({ nodes: [...nodes, node('unzoned')], pods: [on('a1'), on('b1')] });
  const cordoned = node('c1', { labels: { zone: 'c' }, spec: { unschedulable: true } });
  expect(feasible(web(spread()), state)).toEqual(['c1']);
  const full = stateOf({
    nodes: [...nodes.slice(0, 3), cordoned, node('unzoned')],
    pods: [on('a1'), on('b1')],
  });
  expect(outcome(web(spread()), full)).toBe(
    "0/5 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable, 3 node(s) didn't match pod topology spread constraints. no new claims to deallocate, preemption: 0/5 nodes are available: 2 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.",
  );
});

describe('a pod that is to be spread as far as possible', () => {
  const wish = spread({ whenUnsatisfiable: 'ScheduleAnyway' });

  test('goes where fewest of its like are', () => {
    const state = stateOf({ nodes, pods: [on('a1'), on('b1')] });
    expect(outcome(web(wish), state)).toBe('c1');
  });

  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true };
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'rs', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } } },
  };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec: { selector: { app: 'web' } },
  };
  const two = [node('full'), node('free')];
  const pods = [on('full'), on('full')];

  test.each<readonly [string, Pod, Record<string, KubeObject[]>]>([
    [
      'of a set without constraints',
      { ...web({}), metadata: { ...web({}).metadata, ownerReferences: [owner] } },
      { 'replicasets.apps': [replicaSet] },
    ],
    ['of a Service', web({}), { services: [service] }],
  ])('because it is one %s goes where fewest of its like are', (_what, subject, others) => {
    const homes = ['x', 'y', 'z'].map((uid) =>
      outcome({ ...subject, metadata: { ...subject.metadata, uid } }, stateOf({ nodes: two, pods, others })),
    );
    expect(homes).toEqual(['free', 'free', 'free']);
  });
});
