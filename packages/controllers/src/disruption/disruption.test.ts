import type { Deployment, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { beforeEach, describe, expect, test } from 'vitest';
import { jobOf } from '../testing/job-scenario.ts';
import { replicaKinds, ReplicaScenario } from '../testing/replica-scenario.ts';

let scenario: ReplicaScenario;

beforeEach(() => {
  const [replicaSet] = replicaKinds;
  if (!replicaSet) throw new Error('no kind');
  scenario = new ReplicaScenario(replicaSet);
});

function protect(spec: NonNullable<PodDisruptionBudget['spec']>, name = 'budget'): void {
  scenario.cluster.create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });
  scenario.cluster.settle();
}

function budget(): PodDisruptionBudget {
  const found = scenario.cluster.get<PodDisruptionBudget>('poddisruptionbudgets.policy', 'default', 'budget');
  if (!found) throw new Error('the budget is gone');
  return found;
}

function counts(): (number | undefined)[] {
  const { expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed } = budget().status ?? {};
  return [expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed];
}

function condition(): string {
  const [only] = budget().status?.conditions ?? [];
  return `${only?.type}=${only?.status} ${only?.reason}`;
}

describe('a budget counts', () => {
  test.each<[string, NonNullable<PodDisruptionBudget['spec']>, number[]]>([
    ['a number that must be available, of the pods that there are', { minAvailable: 3 }, [4, 3, 4, 1]],
    ['a share that must be available, of the scale, rounded up', { minAvailable: '60%' }, [4, 3, 4, 1]],
    ['a number that may be missing, of the scale', { maxUnavailable: 2 }, [4, 2, 4, 2]],
    ['a share that may be missing, rounded up', { maxUnavailable: '30%' }, [4, 2, 4, 2]],
    ['more that may be missing than there are', { maxUnavailable: 9 }, [4, 0, 4, 4]],
    ['more that must be available than there are', { minAvailable: 9 }, [4, 9, 4, 0]],
    ['nothing where nothing is said', {}, [0, 0, 4, 0]],
    ['every pod of the namespace by an empty selector', { selector: {}, minAvailable: 1 }, [4, 1, 4, 3]],
    [
      'no pod without a selector',
      { selector: { matchLabels: { app: 'none' } }, minAvailable: 1 },
      [0, 1, 0, 0],
    ],
  ])('%s', (_name, spec, expected) => {
    scenario.create({ replicas: 4 });
    scenario.cluster.settle();
    scenario.kubelet.runAll();
    protect(spec);
    expect(counts()).toEqual(expected);
    const isAllowed = (expected[3] ?? 0) > 0;
    expect(condition()).toBe(
      `DisruptionAllowed=${isAllowed ? 'True SufficientPods' : 'False InsufficientPods'}`,
    );
    expect(budget().status?.observedGeneration).toBe(1);
    expect(scenario.cluster.errors).toEqual([]);
  });

  test('healthy pods as they become ready and go, and its own changes', () => {
    protect({ minAvailable: 2 });
    expect(counts()).toEqual([0, 2, 0, 0]);
    expect(scenario.cluster.events('budget')).toEqual(['NoPods: No matching pods found']);
    scenario.create({ replicas: 3 });
    scenario.cluster.settle();
    expect(counts()).toEqual([3, 2, 0, 0]);
    scenario.kubelet.runAll();
    scenario.cluster.settle();
    expect(counts()).toEqual([3, 2, 3, 1]);
    const [first] = scenario.active();
    if (!first) throw new Error('no pods');
    scenario.cluster.delete(first);
    scenario.cluster.settle();
    expect(counts()).toEqual([4, 2, 2, 0]);
    scenario.cluster.update({ ...budget(), spec: { ...budget().spec, minAvailable: 1 } });
    scenario.cluster.settle();
    expect(counts()).toEqual([4, 1, 2, 1]);
    expect(budget().status?.observedGeneration).toBe(2);
  });

  test('the scale of what is above the owner, once for all of its owners', () => {
    const { cluster } = scenario;
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    const spec = { replicas: 10, selector: { matchLabels: labels }, template };
    const metadata = { name: 'web', namespace: 'default' };
    cluster.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
    cluster.settle();
    scenario.kubelet.runAll();
    cluster.settle();
    protect({ maxUnavailable: '10%' });
    expect(counts()).toEqual([10, 9, 10, 1]);
    const deployment = cluster.get<Deployment>('deployments.apps', 'default', 'web');
    if (!deployment?.spec) throw new Error('the Deployment is gone');
    const next = { ...template, spec: { containers: [{ name: 'c', image: 'nginx:2' }] } };
    cluster.update({ ...deployment, spec: { ...deployment.spec, template: next } });
    cluster.settle();
    expect(cluster.list('replicasets.apps')).toHaveLength(2);
    expect(scenario.pods().length).toBeGreaterThan(10);
    expect(counts().slice(0, 2)).toEqual([10, 9]);
  });
});

describe('a budget that cannot be counted', () => {
  test('allows nothing, and says why', () => {
    const template = {
      metadata: { name: '', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'b' }], restartPolicy: 'Never' as const },
    };
    scenario.cluster.create(jobOf({ template }));
    scenario.cluster.settle();
    protect({ maxUnavailable: 1 });
    expect(condition()).toBe('DisruptionAllowed=False SyncFailed');
    expect(budget().status?.conditions?.[0]?.message).toBe(
      'jobs.batch does not implement the scale subresource',
    );
    expect(scenario.cluster.events('budget')).toEqual([
      'CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: jobs.batch does not implement the scale subresource',
    ]);
    expect(scenario.cluster.errors).toEqual([]);
  });

  test('for pods that nobody controls, warns and counts the others', () => {
    scenario.createPod('bare', { app: 'web' });
    protect({ maxUnavailable: 1 });
    expect(counts()).toEqual([0, 0, 0, 0]);
    expect(scenario.cluster.events('budget').join()).toContain(
      'UnmanagedPods: Pods selected by this PodDisruptionBudget',
    );
  });
});

describe('a pod that may be evicted', () => {
  function evictable(): Pod {
    scenario.create({ replicas: 3 });
    scenario.cluster.settle();
    scenario.kubelet.runAll();
    protect({ minAvailable: 1 });
    const [first] = scenario.active();
    if (!first) throw new Error('no pods');
    return first;
  }

  function giveUp(name: string): void {
    const { status = {} } = budget();
    const disruptedPods = { [name]: toTime(scenario.cluster.now) };
    const next: PodDisruptionBudgetStatus = { ...status, disruptionsAllowed: 1, disruptedPods };
    scenario.cluster.updateStatus({ ...budget(), status: next });
    scenario.cluster.settle();
  }

  test('counts as gone until it is, or until two minutes have passed', () => {
    const { name } = evictable().metadata;
    giveUp(name);
    expect(counts()).toEqual([3, 1, 2, 1]);
    scenario.cluster.advance(119);
    expect(counts()).toEqual([3, 1, 2, 1]);
    scenario.cluster.advance(1);
    expect(counts()).toEqual([3, 1, 3, 2]);
    expect(budget().status?.disruptedPods).toBeUndefined();
    expect(scenario.cluster.events(name)).toContain(
      "NotDeleted: Pod was expected by PDB default/budget to be deleted but it wasn't",
    );
    giveUp(name);
    scenario.cluster.delete(scenario.pod(name));
    scenario.cluster.settle();
    expect(budget().status?.disruptedPods).toBeUndefined();
    expect(scenario.cluster.awaited()).toEqual([]);
  });

  test('and that nobody deletes is a target of disruption no more after two minutes', () => {
    const pod = evictable();
    const target = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      lastTransitionTime: toTime(scenario.cluster.now),
    };
    const current = scenario.pod(pod.metadata.name);
    const conditions = [...(current.status?.conditions ?? []), target];
    scenario.cluster.updateStatus({ ...current, status: { ...current.status, conditions } });
    const status = () =>
      scenario.pod(pod.metadata.name).status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
        ?.status;
    scenario.cluster.advance(119);
    expect(status()).toBe('True');
    scenario.cluster.advance(1);
    expect(status()).toBe('False');
    expect(scenario.cluster.awaited()).toEqual([]);
  });
});
