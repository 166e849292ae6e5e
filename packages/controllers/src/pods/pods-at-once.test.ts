import type { Pod } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import { podOn, readiness, startOnFleet, tainted } from '../testing/node-scenario.ts';

const most = 3;
const podCount = 10;

/** Nodes for a DaemonSet of as many pods. */
const nodeNames = Array.from({ length: podCount }, (_, number) => `n${number}`);

const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web' }] } };
const workloads: ReadonlyArray<{ apiVersion: string; kind: string; spec: object }> = [
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', spec: { replicas: podCount } },
  { apiVersion: 'v1', kind: 'ReplicationController', spec: { replicas: podCount } },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    spec: { replicas: podCount, serviceName: 'web', podManagementPolicy: 'Parallel' },
  },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: {} },
  { apiVersion: 'batch/v1', kind: 'Job', spec: { parallelism: podCount, completions: podCount } },
];

function workload({ apiVersion, kind, spec }: (typeof workloads)[number]): KubeObject & { spec: object } {
  const selectors: Record<string, object> = {
    Job: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
    ReplicationController: { selector: labels, template },
  };
  const whole = { ...spec, ...(selectors[kind] ?? { selector: { matchLabels: labels }, template }) };
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'default' }, spec: whole };
}

/** Each turn is one reconcile that does something. */
function start(): MemoryCluster {
  const { cluster } = startOnFleet(...nodeNames);
  cluster.budget = { ...cluster.budget, maxWrites: 1, podsAtOnce: most };
  return cluster;
}

/** What a turn may do to a pod, and to how many at most one turn did it. */
function busiestTurn(cluster: MemoryCluster): Record<string, number> {
  const busiest: Record<string, number> = {};
  for (let quiet = 0; quiet < 5; ) {
    const before = cluster.log.length;
    cluster.turn();
    const news = cluster.log.slice(before);
    quiet = news.length === 0 ? quiet + 1 : 0;
    const counts: Record<string, number> = {};
    for (const entry of news) {
      if (entry.resource !== 'pods') continue;
      const what = whatHappened(entry.before, entry.after);
      counts[what] = (counts[what] ?? 0) + 1;
    }
    for (const [what, count] of Object.entries(counts)) busiest[what] = Math.max(busiest[what] ?? 0, count);
  }
  return busiest;
}

function whatHappened(before: Pod | undefined, after: Pod | undefined): string {
  if (!before) return 'created';
  if (!after || (after.metadata.deletionTimestamp && !before.metadata.deletionTimestamp)) return 'deleted';
  return after.spec?.nodeName !== before.spec?.nodeName ? 'bound' : 'changed';
}

describe.each(workloads)('where others wait for the turn to end, one reconcile of a $kind', (spec) => {
  test('creates, and one of the scheduler binds, a few pods at a time, until all are there', () => {
    const cluster = start();
    cluster.create(workload(spec));
    expect(busiestTurn(cluster)).toMatchObject({ created: most, bound: most });
    const pods = cluster.list<Pod>('pods', 'default');
    expect(pods.filter((pod) => pod.spec?.nodeName)).toHaveLength(podCount);
  });
});

test('a ReplicaSet that is scaled down loses a few pods at a time', () => {
  const cluster = start();
  const [replicaSet] = workloads;
  if (!replicaSet) throw new Error('no workloads');
  const created = cluster.create(workload(replicaSet));
  busiestTurn(cluster);
  const scaled = cluster.get<KubeObject & { spec: object }>('replicasets.apps', 'default', 'web');
  if (!scaled) throw new Error(`${created.metadata.name} is gone`);
  cluster.update({ ...scaled, spec: { ...scaled.spec, replicas: 1 } });
  expect(busiestTurn(cluster)).toMatchObject({ deleted: most });
});

function startWithFullNode(): MemoryCluster {
  const { cluster, kubelet } = startOnFleet('full', 'other');
  for (let number = 0; number < podCount; number++) cluster.create(podOn(`p${number}`, 'full'));
  cluster.settle();
  kubelet.runAll();
  cluster.settle();
  cluster.budget = { ...cluster.budget, maxWrites: 1, podsAtOnce: most };
  return cluster;
}

test('pods leave a node that drives them out a few at a time', () => {
  const cluster = startWithFullNode();
  tainted(cluster, 'full', [{ key: 'maintenance', effect: 'NoExecute' }]);
  expect(busiestTurn(cluster)).toMatchObject({ deleted: most });
  expect(cluster.list<Pod>('pods').filter(({ metadata }) => !metadata.deletionTimestamp)).toEqual([]);
});

test('pods of a silent node are told not to be ready a few at a time', () => {
  const cluster = startWithFullNode();
  readiness(cluster, 'full', 'Unknown');
  expect(busiestTurn(cluster)).toMatchObject({ changed: most });
  const ready = cluster
    .list<Pod>('pods')
    .filter(({ status }) =>
      status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True'),
    );
  expect(ready).toEqual([]);
});
