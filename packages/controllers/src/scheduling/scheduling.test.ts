import type { Event, Pod, PodSpec } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { jobOf, start } from '../testing/job-scenario.ts';
import { memoryNode } from '../testing/kubelet.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';

function podOf(name: string, spec: PodSpec = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }], ...spec },
  };
}

function pod(cluster: MemoryCluster, name: string): Pod {
  const found = cluster.get<Pod>('pods', 'default', name);
  if (!found) throw new Error(`no pod ${name}`);
  return found;
}

function scheduled(cluster: MemoryCluster, name: string) {
  return pod(cluster, name).status?.conditions?.find(({ type }) => type === 'PodScheduled');
}

const tooMuch = [{ name: 'c', image: 'i', resources: { requests: { cpu: '2500m' } } }];

/** One node with room for two pods of a core. */
function tight(): ReturnType<typeof start> {
  const scenario = start();
  scenario.cluster.nodes = [memoryNode('small', { cpu: '2' })];
  return scenario;
}

describe('a pod', () => {
  it('is bound, claims its room, and gives it back when it ends or goes', () => {
    const { cluster, kubelet } = tight();
    cluster.create(podOf('a'));
    cluster.create(podOf('b'));
    cluster.settle();
    expect(pod(cluster, 'a').spec?.nodeName).toBe('small');
    expect(scheduled(cluster, 'a')).toMatchObject({
      status: 'True',
      lastTransitionTime: '2026-03-01T10:00:00Z',
    });
    expect(cluster.events('a')).toEqual(['Scheduled: Successfully assigned default/a to small']);
    expect(cluster.nodes[0]?.claimed).toEqual({ cpuMillis: 2000, memoryBytes: 0, pods: 2 });
    kubelet.end(pod(cluster, 'a'));
    cluster.settle();
    expect(cluster.nodes[0]?.claimed.pods).toBe(1);
    cluster.delete(pod(cluster, 'b'));
    cluster.settle();
    expect(cluster.nodes[0]?.claimed.pods).toBe(1);
    kubelet.finishTerminating();
    cluster.settle();
    expect(cluster.nodes[0]?.claimed.pods).toBe(0);
  });

  it.each<[string, PodSpec]>([
    ['with another scheduler', { schedulerName: 'mine' }],
    ['with scheduling gates', { schedulingGates: [{ name: 'example.com/wait' }] }],
  ])('%s is left alone', (...[, spec]) => {
    const { cluster } = tight();
    cluster.create(podOf('a', spec));
    cluster.settle();
    expect(pod(cluster, 'a').spec).not.toHaveProperty('nodeName');
    expect(cluster.events('a')).toEqual([]);
    expect(cluster.awaited()).toEqual([]);
  });

  it('that fits nowhere is told why, once, and bound as soon as another gives its room back', () => {
    const { cluster, kubelet } = tight();
    for (const name of ['a', 'b', 'c']) cluster.create(podOf(name));
    cluster.settle();
    const message =
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
    expect(scheduled(cluster, 'c')).toMatchObject({ status: 'False', reason: 'Unschedulable', message });
    expect(cluster.events('c')).toEqual([`FailedScheduling: ${message}`]);
    cluster.advance(300);
    expect(cluster.list<Event>('events').find(({ reason }) => reason === 'FailedScheduling')?.count).toBe(1);
    kubelet.end(pod(cluster, 'a'));
    cluster.settle();
    expect(pod(cluster, 'c').spec?.nodeName).toBe('small');
    expect(cluster.awaited()).toEqual([]);
  });

  it('that others put on a node claims its room there, which the scheduler then does not give away', () => {
    const { cluster, kubelet } = tight();
    cluster.create(podOf('by-hand', { nodeName: 'small' }));
    cluster.settle();
    expect(cluster.nodes[0]?.claimed).toEqual({ cpuMillis: 1000, memoryBytes: 0, pods: 1 });
    for (const name of ['a', 'b']) cluster.create(podOf(name));
    cluster.settle();
    expect(cluster.nodes[0]?.claimed).toEqual({ cpuMillis: 2000, memoryBytes: 0, pods: 2 });
    expect(pod(cluster, 'b').spec).not.toHaveProperty('nodeName');
    kubelet.end(pod(cluster, 'by-hand'));
    cluster.settle();
    expect(pod(cluster, 'b').spec?.nodeName).toBe('small');
    expect(cluster.nodes[0]?.claimed.pods).toBe(2);
  });

  it('claims devices and ports of its host, and whoever waits for them has them in the turn that sets them free', () => {
    const { cluster, kubelet } = start();
    cluster.nodes = [memoryNode('small', { 'example.com/gpu': '1' })];
    const device = { resources: { limits: { 'example.com/gpu': '1' } } };
    const port = { ports: [{ containerPort: 80, hostPort: 80, hostIP: 'fd00::1' }] };
    for (const round of ['first', 'second']) {
      cluster.create(podOf(`device-${round}`, { containers: [{ name: 'c', image: 'i', ...device }] }));
      cluster.create(podOf(`port-${round}`, { containers: [{ name: 'c', image: 'i', ...port }] }));
      cluster.settle();
    }
    const claimed = {
      cpuMillis: 0,
      memoryBytes: 0,
      pods: 2,
      others: { 'example.com/gpu': 1 },
      hostPorts: ['TCP/80/fd00::1'],
    };
    expect(cluster.nodes[0]?.claimed).toEqual(claimed);
    expect(scheduled(cluster, 'device-second')?.message).toContain('1 Insufficient example.com/gpu');
    expect(scheduled(cluster, 'port-second')?.message).toContain(
      "1 node(s) didn't have free ports for the requested pod ports",
    );
    for (const name of ['device', 'port']) kubelet.end(pod(cluster, `${name}-first`));
    const plan = cluster.turn();
    expect([plan.claims.length, plan.releases.length]).toEqual([2, 2]);
    for (const name of ['device', 'port'])
      expect(pod(cluster, `${name}-second`).spec?.nodeName).toBe('small');
    expect(cluster.nodes[0]?.claimed).toEqual(claimed);
    for (const name of ['device', 'port']) kubelet.end(pod(cluster, `${name}-second`));
    cluster.settle();
    expect(cluster.nodes[0]?.claimed).toEqual({ cpuMillis: 0, memoryBytes: 0, pods: 0 });
    expect(cluster.errors).toEqual([]);
  });

  it('that the scheduler put on a node claims its room once', () => {
    const { cluster } = tight();
    cluster.create(podOf('a'));
    expect(cluster.turn().claims).toMatchObject([{ node: 'small', podUid: pod(cluster, 'a').metadata.uid }]);
    cluster.settle();
    expect(cluster.nodes[0]?.claimed.pods).toBe(1);
  });

  it.each<[string, PodSpec]>([
    ['that has not as much', { nodeName: 'small' }],
    ['that is not in the fleet', { nodeName: 'nowhere' }],
    [
      'that has no such device',
      {
        nodeName: 'small',
        containers: [{ name: 'c', image: 'i', resources: { limits: { 'example.com/gpu': '1' } } }],
      },
    ],
  ])('that others put where there is no room, on a node %s, stands in no way', (...[, spec]) => {
    const { cluster } = tight();
    cluster.create(podOf('fits'));
    cluster.create(podOf('by-hand', { containers: tooMuch, ...spec }));
    cluster.create(podOf('fits-too'));
    cluster.settle();
    expect(pod(cluster, 'fits').spec?.nodeName).toBe('small');
    expect(pod(cluster, 'fits-too').spec?.nodeName).toBe('small');
    expect(cluster.claims.size).toBe(2);
    expect(cluster.errors).toEqual([]);
  });

  it('that others put on a node gives way once a commit has said that there is no room', () => {
    const { cluster } = tight();
    cluster.distrustsReleases = true;
    cluster.create(podOf('by-hand', { nodeName: 'small' }));
    expect(cluster.turn().claims).toEqual([]);
  });

  it('does not get room that was never claimed, once the commit has said so', () => {
    const { cluster, kubelet } = tight();
    for (const name of ['a', 'b', 'c']) cluster.create(podOf(name));
    cluster.settle();
    cluster.distrustsReleases = true;
    kubelet.end(pod(cluster, 'a'));
    const plan = cluster.turn();
    expect(plan.releases).toEqual([pod(cluster, 'a').metadata.uid]);
    expect(plan.claims).toEqual([]);
  });

  it('that fits nowhere is tried again by itself: a node may have joined', () => {
    const { cluster } = tight();
    cluster.nodes = [];
    cluster.create(podOf('a'));
    cluster.advance(100);
    expect(scheduled(cluster, 'a')?.message).toBe('no nodes available to schedule pods');
    cluster.nodes = [memoryNode('late')];
    cluster.advance(60);
    expect(pod(cluster, 'a').spec?.nodeName).toBe('late');
  });

  it('that fits nowhere is tried again when its own demands change', () => {
    const { cluster } = tight();
    cluster.nodes = [memoryNode('tainted')];
    const [view] = cluster.nodes;
    const node = { ...view?.node, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } };
    if (view) cluster.nodes = [{ ...view, node: { ...view.node, ...node } }];
    cluster.create(podOf('a'));
    cluster.settle();
    expect(pod(cluster, 'a').spec).not.toHaveProperty('nodeName');
    const { spec } = pod(cluster, 'a');
    const tolerations = [...(spec?.tolerations ?? []), { key: 'k', operator: 'Exists' as const }];
    cluster.update({ ...pod(cluster, 'a'), spec: { ...spec, tolerations } });
    cluster.settle();
    expect(pod(cluster, 'a').spec?.nodeName).toBe('tainted');
  });
});

describe('many pods', () => {
  it('find room in the order of their priority, whichever came first', () => {
    const { cluster } = tight();
    const priorityClassName = 'system-node-critical';
    for (const name of ['a', 'b', 'c']) cluster.create(podOf(name));
    for (const name of ['x', 'y']) cluster.create(podOf(name, { priorityClassName }));
    cluster.settle();
    const bound = cluster.list<Pod>('pods').filter((candidate) => candidate.spec?.nodeName);
    expect(bound.map(({ metadata }) => metadata.name)).toEqual(['x', 'y']);
  });

  it('never take more of a node than it has, and fill it', () => {
    const { cluster } = start();
    cluster.nodes = Array.from({ length: 10 }, (_, index) =>
      memoryNode(`n${index}`, { cpu: '7', pods: '5' }),
    );
    for (let index = 0; index < 80; index++) cluster.create(podOf(`p${index}`));
    cluster.settle();
    const bound = cluster.list<Pod>('pods').filter((candidate) => candidate.spec?.nodeName);
    expect(bound).toHaveLength(50);
    for (const { claimed } of cluster.nodes) expect(claimed).toMatchObject({ cpuMillis: 5000, pods: 5 });
    expect(cluster.claims.size).toBe(50);
    expect(cluster.awaited()).toEqual(['default-scheduler|pods||']);
  });

  it('that wait are bound together when room appears', () => {
    const { cluster } = start();
    cluster.nodes = [];
    cluster.create(jobOf({ completions: 1200, parallelism: 1200 }));
    cluster.settle();
    cluster.nodes = [memoryNode('a'), memoryNode('b')];
    cluster.advance(120);
    expect(cluster.list<Pod>('pods').filter((candidate) => candidate.spec?.nodeName)).toHaveLength(1200);
    expect(cluster.errors).toEqual([]);
  });
});
