import type { Pod } from '@berth/kinds';
import { ClusterState, podFacts, schedulePod } from '@berth/scheduler';
import type { LocalScenario } from '../scenario.ts';

const podCount = 10_000;
const nodeCount = 100;

/** How long the choice of a node takes for each of many pods, in this process: nothing is read, and nothing is written. */
export const placePods: LocalScenario = {
  name: 'place-pods',
  description: `chooses nodes for ${podCount} pods among ${nodeCount}, in this process alone`,
  isDefault: false,
  measure: async ({ find }) => {
    for (const [what, spec] of Object.entries(shapes)) {
      const pods = Array.from({ length: podCount }, (_, index) => podOf(index, spec(index)));
      const state = emptyCluster();
      const startedAt = performance.now();
      let placed = 0;
      for (const pod of pods) {
        const facts = podFacts(pod);
        const { node } = schedulePod(facts, state);
        if (!node) continue;
        state.assume(facts, node);
        placed++;
      }
      find(what, `${placed} of ${podCount} in ${Math.round(performance.now() - startedAt)} ms`);
    }
    return [];
  },
};

const labels = { app: 'bench' };
const hostname = 'kubernetes.io/hostname';
const selected = { topologyKey: hostname, labelSelector: { matchLabels: labels } };
const requests = (cpu: string): NonNullable<Pod['spec']> => ({
  containers: [{ name: 'main', resources: { requests: { cpu, memory: '64Mi' } } }],
});

const shapes: Readonly<Record<string, (index: number) => NonNullable<Pod['spec']>>> = {
  'pods that are alike': () => requests('100m'),
  'pods of 500 sizes': (index) => requests(`${50 + (index % 500)}m`),
  'pods that are spread over nodes': () => ({
    ...requests('100m'),
    topologySpreadConstraints: [{ ...selected, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
  }),
  'pods that would rather be apart': () => ({
    ...requests('100m'),
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: selected }],
      },
    },
  }),
};

function podOf(index: number, spec: NonNullable<Pod['spec']>): Pod {
  const metadata = { name: `pod-${index}`, namespace: 'default', uid: `uid-${index}`, labels };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

function emptyCluster(): ClusterState {
  const nodes = Array.from({ length: nodeCount }, (_, index) => ({
    node: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `node-${index}`, labels: { [hostname]: `node-${index}` } },
      status: { allocatable: { cpu: '64', memory: '256Gi', pods: '110' } },
    },
    claimed: { cpuMillis: 0, memoryBytes: 0, pods: 0 },
  }));
  const source = { nodes: () => nodes, get: () => undefined, list: () => [] };
  return new ClusterState(source, { isAssigned: () => false, isUnassigned: () => false });
}
