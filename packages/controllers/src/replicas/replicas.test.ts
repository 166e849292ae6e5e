import type { Pod } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { controllerOf } from '../ownership.ts';
import { deletionCostAnnotation } from '../pods/deletion-ranks.ts';
import { replicaKinds, ReplicaScenario } from '../testing/replica-scenario.ts';

const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name).sort();

describe.each(replicaKinds)('a $kind', (kind) => {
  function start(spec: Parameters<ReplicaScenario['create']>[0] = {}): ReplicaScenario {
    const scenario = new ReplicaScenario(kind);
    scenario.create(spec);
    scenario.cluster.settle();
    return scenario;
  }

  test('keeps as many pods of its template as it says', () => {
    const scenario = start();
    const pods = scenario.active();
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod.metadata).toMatchObject({ generateName: 'web-', labels: { app: 'web' } });
      expect(controllerOf(pod)).toEqual({
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        name: 'web',
        uid: scenario.owner().metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      });
    }
    expect(scenario.cluster.events('web').sort()).toEqual(
      names(pods).map((name) => `SuccessfulCreate: Created pod: ${name}`),
    );
  });

  test('replaces pods that are deleted, that fail, and that are evicted', () => {
    const scenario = start();
    scenario.kubelet.runAll();
    const [first, second] = scenario.active();
    if (!first || !second) throw new Error('no pods');
    scenario.cluster.delete(first);
    scenario.kubelet.end(second, 1);
    scenario.cluster.settle();
    const active = names(scenario.active());
    expect(active).toHaveLength(3);
    expect(active).not.toContain(first.metadata.name);
    expect(active).not.toContain(second.metadata.name);
  });

  test('tells in its status how many pods there are, ready, available and of its template', () => {
    const scenario = start({ minReadySeconds: 10 });
    expect(scenario.status()).toMatchObject({ replicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 });
    expect(scenario.status().readyReplicas).toBeUndefined();
    scenario.kubelet.runAll();
    scenario.cluster.advance(9);
    expect(scenario.status()).toMatchObject({ readyReplicas: 3 });
    expect(scenario.status().availableReplicas).toBeUndefined();
    scenario.cluster.advance(1);
    expect(scenario.status()).toMatchObject({ readyReplicas: 3, availableReplicas: 3 });
    expect(scenario.cluster.awaited()).toEqual([]);
    scenario.scale(1);
    expect(scenario.status()).toMatchObject({ replicas: 1, readyReplicas: 1, observedGeneration: 2 });
    const terminating = kind.kind === 'ReplicaSet' ? 2 : undefined;
    expect(scenario.status().terminatingReplicas).toBe(terminating);
    scenario.kubelet.finishTerminating();
    scenario.cluster.settle();
    expect(scenario.status().terminatingReplicas).toBe(terminating === undefined ? undefined : 0);
  });

  test('scales down first what costs least to lose, and says so', () => {
    const scenario = start({ replicas: 4 });
    const [cheap, ready, dear, late] = scenario.active();
    if (!cheap || !ready || !dear || !late) throw new Error('no pods');
    const costing = (pod: Pod, cost: string) =>
      scenario.cluster.update({
        ...scenario.pod(pod.metadata.name),
        metadata: {
          ...scenario.pod(pod.metadata.name).metadata,
          annotations: { [deletionCostAnnotation]: cost },
        },
      });
    for (const pod of [cheap, ready, dear]) scenario.kubelet.run(pod);
    costing(cheap, '-10');
    costing(dear, '10');
    scenario.scale(3);
    expect(names(scenario.active())).not.toContain(late.metadata.name);
    scenario.scale(2);
    expect(names(scenario.active())).not.toContain(cheap.metadata.name);
    scenario.scale(1);
    expect(names(scenario.active())).toEqual([dear.metadata.name]);
    scenario.scale(0);
    expect(scenario.active()).toEqual([]);
    expect(scenario.cluster.events('web')).toContain(`SuccessfulDelete: Deleted pod: ${late.metadata.name}`);
  });

  test('adopts matching pods that nobody controls, and counts them', () => {
    const scenario = new ReplicaScenario(kind);
    scenario.createPod('early', { app: 'web' });
    scenario.createPod('other', { app: 'db' });
    scenario.create();
    scenario.cluster.settle();
    expect(names(scenario.active())).toHaveLength(4);
    expect(controllerOf(scenario.pod('early'))?.uid).toBe(scenario.owner().metadata.uid);
    expect(controllerOf(scenario.pod('other'))).toBeUndefined();

    // One too many: it is adopted, and then somebody has to go.
    scenario.createPod('late', { app: 'web' });
    scenario.cluster.settle();
    expect(names(scenario.active()).filter((name) => name !== 'other')).toHaveLength(3);
  });

  test('releases pods that match no more, replaces them, and takes them back when they match again', () => {
    const scenario = start();
    const [lost] = names(scenario.active());
    if (lost === undefined) throw new Error('no pods');
    scenario.label(lost, { app: 'debug' });
    expect(controllerOf(scenario.pod(lost))).toBeUndefined();
    expect(scenario.active()).toHaveLength(4);
    scenario.scale(4);
    scenario.label(lost, { app: 'web' });
    const owned = scenario.active().filter((pod) => controllerOf(pod));
    expect(owned).toHaveLength(4);
  });

  test('that is being deleted neither adopts, nor releases, nor creates', () => {
    const scenario = start();
    const [first] = scenario.active();
    if (!first) throw new Error('no pods');
    const owner = scenario.owner();
    scenario.cluster.update({ ...owner, metadata: { ...owner.metadata, finalizers: ['example.com/hold'] } });
    scenario.cluster.delete(scenario.owner(), { propagationPolicy: 'Orphan' });
    scenario.cluster.settle();
    scenario.cluster.delete(scenario.pod(first.metadata.name));
    scenario.createPod('stranger', { app: 'web' });
    scenario.cluster.settle();
    expect(controllerOf(scenario.pod('stranger'))).toBeUndefined();
    expect(names(scenario.active())).toHaveLength(3);
  });

  test('creates nothing in a namespace that is going', () => {
    const { cluster, owner } = inNamespace('going');
    cluster.settle();
    expect(cluster.list('pods', 'going')).toHaveLength(3);
    const namespace = cluster.get('namespaces', '', 'going');
    if (!namespace) throw new Error('no namespace');
    cluster.update({ ...owner(), metadata: { ...owner().metadata, finalizers: ['example.com/hold'] } });
    cluster.delete(namespace);
    const { length } = cluster.log;
    cluster.settle();
    const isNewPod = (entry: { resource: string; before: unknown }) =>
      entry.resource === 'pods' && !entry.before;
    expect(cluster.log.slice(length).filter(isNewPod)).toEqual([]);
    expect(cluster.get('namespaces', '', 'going')?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.errors).toEqual([]);
  });

  function inNamespace(name: string) {
    const { cluster } = new ReplicaScenario(kind);
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    const selector = kind.kind === 'ReplicaSet' ? { matchLabels: labels } : labels;
    const { apiVersion, resource } = kind;
    cluster.create({
      apiVersion,
      kind: kind.kind,
      metadata: { name: 'web', namespace: name },
      spec: { replicas: 3, selector, template },
    });
    const owner = (): KubeObject => {
      const found = cluster.get(resource, name, 'web');
      if (!found) throw new Error('the owner is gone');
      return found;
    };
    return { cluster, owner };
  }

  test('surfaces that a quota leaves no room, and goes on as soon as there is room', () => {
    const scenario = new ReplicaScenario(kind);
    const quota = (hard: string, used: string): KubeObject & { spec: object; status: object } => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'default' },
      spec: { hard: { pods: hard } },
      status: { hard: { pods: hard }, used: { pods: used } },
    });
    const stored = scenario.cluster.create(quota('2', '0'));
    scenario.cluster.updateStatus({ ...stored, ...quota('2', '0'), metadata: stored.metadata });
    scenario.create();
    scenario.cluster.turn();
    expect(scenario.active()).toHaveLength(2);
    expect(scenario.status()).toMatchObject({ replicas: 2 });
    const [condition] = scenario.status().conditions ?? [];
    expect(condition).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' });
    expect(condition?.message).toMatch(
      /^pods "web-.*" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2$/,
    );
    const failed = scenario.cluster.events('web').filter((event) => event.startsWith('FailedCreate'));
    expect(failed).toEqual([`FailedCreate: Error creating: ${condition?.message}`]);

    const full = scenario.cluster.get<ReturnType<typeof quota>>('resourcequotas', 'default', 'q');
    if (!full) throw new Error('no quota');
    scenario.cluster.updateStatus({ ...full, status: quota('2', '2').status });
    scenario.cluster.turn();
    const roomier = scenario.cluster.get<ReturnType<typeof quota>>('resourcequotas', 'default', 'q');
    scenario.cluster.update({ ...full, ...roomier, spec: quota('5', '2').spec });
    const updated = scenario.cluster.get<ReturnType<typeof quota>>('resourcequotas', 'default', 'q');
    scenario.cluster.updateStatus({ ...full, ...updated, status: quota('5', '2').status });
    scenario.cluster.turn();
    expect(scenario.active()).toHaveLength(3);
    expect(scenario.status().conditions).toBeUndefined();
  });

  test('makes thousands of pods in a handful of commits, and takes them away so', () => {
    const scenario = new ReplicaScenario(kind);
    scenario.create({ replicas: 5000 });
    const before = scenario.cluster.turns;
    scenario.cluster.settle();
    expect(scenario.active()).toHaveLength(5000);
    expect(scenario.active().every((pod) => pod.spec?.nodeName)).toBe(true);
    // 5,000 pods and their bindings, 2,000 writes a turn.
    expect(scenario.cluster.turns - before).toBeLessThanOrEqual(8);
    expect(scenario.status()).toMatchObject({ replicas: 5000, fullyLabeledReplicas: 5000 });
    const created = scenario.cluster.turns;
    scenario.scale(0);
    expect(scenario.active()).toEqual([]);
    expect(scenario.cluster.turns - created).toBeLessThanOrEqual(5);
    expect(scenario.cluster.errors).toEqual([]);
  });
});

test('of two owners that select the same pod one has it, and both keep their number', () => {
  const [replicaSet] = replicaKinds;
  if (!replicaSet) throw new Error('no kind');
  const scenario = new ReplicaScenario(replicaSet);
  const selector = { matchLabels: { app: 'web' } };
  scenario.create({ replicas: 1, selector });
  const template = {
    metadata: { name: '', labels: { app: 'web', more: 'labels' } },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  };
  scenario.create({ replicas: 2, selector, template }, 'second');
  scenario.cluster.settle();
  scenario.createPod('loose', { app: 'web' });
  scenario.cluster.settle();
  const owners = scenario.active().map((pod) => controllerOf(pod)?.name ?? '');
  expect(owners.toSorted()).toEqual(['second', 'second', 'web']);
});
