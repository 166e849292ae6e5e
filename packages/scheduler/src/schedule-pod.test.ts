import type { Pod, PodSpec } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import type { Candidate } from './candidate.ts';
import { podRequests } from './pod-requests.ts';
import { stateOf } from './testing/cluster.ts';
import { free, node, outcome, pod } from './testing/objects.ts';

function requesting(requests: Record<string, string>, spec: PodSpec = {}): Pod {
  return pod({ containers: [{ name: 'c', image: 'i', resources: { requests } }], ...spec });
}

function place(subject: Pod, nodes: readonly Candidate[], pods: readonly Pod[] = []): string {
  return outcome(subject, stateOf({ nodes, pods }));
}

const noHelp = 'Preemption is not helpful for scheduling';
const noVictims = 'No preemption victims found for incoming pod';

function only(reason: string, preemption: string): string {
  return `0/1 nodes are available: 1 ${reason}. no new claims to deallocate, preemption: 0/1 nodes are available: 1 ${preemption}.`;
}

describe('a node that cannot take the pod is refused in Kubernetes’ words', () => {
  const tainted = { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }] };
  const mismatch = only("node(s) didn't match Pod's node affinity/selector", noHelp);
  const term = (
    key: string,
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt',
    values?: string[],
  ) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator, ...(values ? { values } : {}) }] }],
        },
      },
    },
  });
  const zoned = node('n', { labels: { zone: 'a', size: '8' } });
  const tooFull = { claimed: { cpuMillis: 3500, memoryBytes: 0, pods: 110 } };

  it.each<[string, Pod, Candidate, string]>([
    [
      'cordoned',
      pod(),
      node('n', { spec: { unschedulable: true } }),
      only('node(s) were unschedulable', noHelp),
    ],
    ['tainted', pod(), node('n', { spec: tainted }), only('node(s) had untolerated taint(s)', noHelp)],
    [
      'not ready',
      pod(),
      node('n', { conditions: [{ type: 'Ready', status: 'False' }] }),
      only('node(s) had untolerated taint(s)', noHelp),
    ],
    [
      'toleration of another value',
      pod({ tolerations: [{ key: 'gpu', operator: 'Equal', value: 'no' }] }),
      node('n', { spec: tainted }),
      only('node(s) had untolerated taint(s)', noHelp),
    ],
    ['toleration', pod({ tolerations: [{ key: 'gpu', value: 'yes' }] }), node('n', { spec: tainted }), 'n'],
    [
      'toleration of everything',
      pod({ tolerations: [{ operator: 'Exists' }] }),
      node('n', { spec: tainted }),
      'n',
    ],
    ['node selector', pod({ nodeSelector: { zone: 'b' } }), zoned, mismatch],
    ['node selector met', pod({ nodeSelector: { zone: 'a' } }), zoned, 'n'],
    ['affinity In', pod(term('zone', 'In', ['a', 'b'])), zoned, 'n'],
    ['affinity NotIn', pod(term('zone', 'NotIn', ['a'])), zoned, mismatch],
    ['affinity Exists', pod(term('rack', 'Exists')), zoned, mismatch],
    ['affinity DoesNotExist', pod(term('rack', 'DoesNotExist')), zoned, 'n'],
    ['affinity Gt', pod(term('size', 'Gt', ['7'])), zoned, 'n'],
    ['affinity Lt', pod(term('size', 'Lt', ['8'])), zoned, mismatch],
    [
      'node named in spec',
      pod({ nodeName: 'other' }),
      zoned,
      only("node(s) didn't match the requested node name", noHelp),
    ],
    [
      'cpu and pods',
      requesting({ cpu: '1' }),
      node('n', tooFull),
      only('Insufficient cpu, 1 Too many pods', noVictims),
    ],
    ['more than the node has', requesting({ cpu: '5' }), node('n'), only('Insufficient cpu', noHelp)],
    ['memory', requesting({ memory: '9Gi' }), node('n'), only('Insufficient memory', noHelp)],
    [
      'an extended resource',
      requesting({ 'nvidia.com/gpu': '1' }),
      node('n'),
      only('Insufficient nvidia.com/gpu', noHelp),
    ],
    [
      'exactly what is left',
      requesting({ cpu: '500m' }),
      node('n', { claimed: { ...free, cpuMillis: 3500 } }),
      'n',
    ],
  ])('%s', (...[, subject, candidate, expected]) => {
    expect(place(subject, [candidate])).toBe(expected);
  });

  it('sums the reasons up over all nodes', () => {
    const candidates = [
      node('a', { spec: tainted }),
      node('b', { claimed: { ...free, cpuMillis: 4000 } }),
      node('c', { claimed: { ...free, cpuMillis: 3900 } }),
    ];
    expect(place(requesting({ cpu: '1' }), candidates)).toBe(
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 ${noHelp}, 2 ${noVictims}.`,
    );
    expect(place(requesting({ cpu: '1' }, { preemptionPolicy: 'Never' }), candidates)).toContain(
      'preemption: not eligible due to preemptionPolicy=Never.',
    );
    expect(place(pod(), [])).toBe('no nodes available to schedule pods');
  });

  const web = (hostIP?: string): PodSpec => ({
    containers: [
      {
        name: 'c',
        ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP', ...(hostIP ? { hostIP } : {}) }],
      },
    ],
  });

  it('sees host ports and extended resources that pods of other clusters have claimed', () => {
    const noPort = only("node(s) didn't have free ports for the requested pod ports", noVictims);
    const taken = (...hostPorts: string[]) => node('n', { claimed: { ...free, hostPorts } });
    expect(place(pod(web()), [taken('TCP/80/10.0.0.1')])).toBe(noPort);
    expect(place(pod(web('10.0.0.1')), [taken('TCP/80/0.0.0.0')])).toBe(noPort);
    expect(
      place(pod(web('10.0.0.2')), [taken('TCP/80/10.0.0.1', 'UDP/80/0.0.0.0', 'TCP/8080/0.0.0.0')]),
    ).toBe('n');

    const allocatable = {
      cpu: '4',
      memory: '8Gi',
      pods: '10',
      'example.com/gpu': '2',
      'ephemeral-storage': '1Gi',
    };
    const holding = (others: Record<string, number>) =>
      node('n', { allocatable, claimed: { ...free, others } });
    const wanting = requesting({ 'example.com/gpu': '1' });
    expect(place(wanting, [holding({ 'example.com/gpu': 2 })])).toBe(
      only('Insufficient example.com/gpu', noVictims),
    );
    expect(place(wanting, [holding({ 'example.com/gpu': 1 })])).toBe('n');
    expect(
      place(requesting({ 'ephemeral-storage': '1Mi' }), [holding({ 'ephemeral-storage': 2 ** 30 })]),
    ).toBe(only('Insufficient ephemeral-storage', noVictims));
  });

  it('sees host ports and extended resources that pods of the cluster have taken', () => {
    const taken = [pod({ ...web('10.0.0.1'), nodeName: 'n' }, { uid: 'taker' })];
    const clash = only("node(s) didn't have free ports for the requested pod ports", noVictims);
    expect(place(pod(web()), [node('n')], taken)).toBe(clash);
    expect(place(pod(web('10.0.0.2')), [node('n')], taken)).toBe('n');

    const gpus = { cpu: '4', memory: '8Gi', pods: '10', 'nvidia.com/gpu': '2' };
    const used = [requesting({ 'nvidia.com/gpu': '2' }, { nodeName: 'n' })];
    const wanting = requesting({ 'nvidia.com/gpu': '1' });
    expect(place(wanting, [node('n', { allocatable: gpus })], used)).toBe(
      only('Insufficient nvidia.com/gpu', noVictims),
    );
  });
});

describe('among the nodes that can take the pod', () => {
  it('the emptiest is chosen', () => {
    const candidates = [
      node('full', { claimed: { ...free, cpuMillis: 3000 } }),
      node('empty'),
      node('half', { claimed: { ...free, cpuMillis: 2000 } }),
    ];
    expect(place(requesting({ cpu: '100m' }), candidates)).toBe('empty');
  });

  it('preferred affinity outweighs room', () => {
    const preferred = {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 10,
              preference: { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] },
            },
          ],
        },
      },
    };
    const candidates = [
      node('empty'),
      node('ssd', { labels: { disk: 'ssd' }, claimed: { ...free, cpuMillis: 3000 } }),
    ];
    expect(place(pod(preferred), candidates)).toBe('ssd');
  });

  it('PreferNoSchedule taints are avoided while there is another', () => {
    const soft = node('soft', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } });
    const busy = node('busy', { claimed: { ...free, cpuMillis: 3000 } });
    expect(place(pod(), [soft, busy])).toBe('busy');
    expect(place(pod(), [soft])).toBe('soft');
  });

  it('equal ones are picked by the pod’s uid: the same each time, and spread over pods', () => {
    const candidates = ['a', 'b', 'c', 'd'].map((name) => node(name));
    const picks = Array.from({ length: 400 }, (_, index) =>
      place(pod({}, { uid: `uid-${index}` }), candidates),
    );
    const again = Array.from({ length: 400 }, (_, index) =>
      place(pod({}, { uid: `uid-${index}` }), candidates),
    );
    expect(again).toEqual(picks);
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(picks.filter((picked) => picked === name).length).toBeGreaterThan(60);
    }
  });
});

describe('what a pod requests', () => {
  const container = (name: string, cpu: string, restartPolicy?: string) => ({
    name,
    resources: { requests: { cpu, memory: '1Mi' } },
    ...(restartPolicy ? { restartPolicy } : {}),
  });

  it.each<[string, PodSpec, number]>([
    ['the sum of its containers', { containers: [container('a', '100m'), container('b', '0.2')] }, 300],
    [
      'the largest init container, if that is more',
      { containers: [container('a', '100m')], initContainers: [container('i', '1'), container('j', '2')] },
      2000,
    ],
    [
      'sidecars with the containers',
      { containers: [container('a', '100m')], initContainers: [container('s', '1', 'Always')] },
      1100,
    ],
    [
      'sidecars with the init containers after them',
      {
        containers: [container('a', '100m')],
        initContainers: [container('s', '1', 'Always'), container('i', '3')],
      },
      4000,
    ],
    ['overhead on top', { containers: [container('a', '100m')], overhead: { cpu: '50m' } }, 150],
    [
      'what the pod as a whole asks for, before its containers',
      { containers: [container('a', '100m')], resources: { requests: { cpu: '700m' } } },
      700,
    ],
    ['nothing', { containers: [{ name: 'a' }] }, 0],
  ])('is %s', (_name, spec, cpuMillis) => {
    expect(podRequests(pod(spec)).cpuMillis).toBe(cpuMillis);
  });
});
