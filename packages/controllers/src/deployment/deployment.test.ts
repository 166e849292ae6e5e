import type { DeploymentSpec } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { controllerReference } from '../ownership.ts';
import { startDeployments } from '../testing/deployment-scenario.ts';

const rolling = (maxSurge: number | string, maxUnavailable: number | string): Partial<DeploymentSpec> => ({
  strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
});

describe('a Deployment', () => {
  it('comes up in one turn, and says so as kubectl reads it', () => {
    const scenario = startDeployments();
    const { cluster } = scenario;
    scenario.create();
    expect(scenario.sizes()).toBe('v1:3');
    expect(scenario.pods()).toHaveLength(3);
    expect(scenario.condition('Progressing')).toBe('Progressing=True ReplicaSetUpdated');
    expect(scenario.condition('Available')).toBe('Available=False MinimumReplicasUnavailable');
    scenario.run();
    const { name } = scenario.setOf('v1').metadata;
    expect(scenario.web().status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    });
    expect(scenario.web().status?.unavailableReplicas).toBeUndefined();
    expect(scenario.condition('Available')).toBe('Available=True MinimumReplicasAvailable');
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
    expect(scenario.message('Progressing')).toBe(`ReplicaSet "${name}" has successfully progressed.`);
    expect(cluster.events('web')).toEqual([`ScalingReplicaSet: Scaled up replica set ${name} from 0 to 3`]);
    expect(scenario.web().metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(cluster.errors).toEqual([]);
    expect(cluster.awaited()).toEqual([]);
  });

  it('makes ReplicaSets that select by the hash of their template', () => {
    const scenario = startDeployments();
    scenario.create({ minReadySeconds: 5 }, { team: 'a' });
    const { metadata, spec } = scenario.setOf('v1');
    const hash = metadata.name.slice('web-'.length);
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
    const labels = { app: 'web', 'pod-template-hash': hash };
    expect(metadata).toMatchObject({
      labels,
      annotations: {
        team: 'a',
        'deployment.kubernetes.io/revision': '1',
        'deployment.kubernetes.io/desired-replicas': '3',
        'deployment.kubernetes.io/max-replicas': '4',
      },
    });
    expect(spec).toMatchObject({
      selector: { matchLabels: labels },
      template: { metadata: { labels } },
      minReadySeconds: 5,
    });
  });

  it('hands what changed beside the template on to its ReplicaSet, without a new revision', () => {
    const scenario = startDeployments();
    scenario.create();
    scenario.annotate({ team: 'b' });
    scenario.set({ minReadySeconds: 7 });
    expect(scenario.sets()).toHaveLength(1);
    expect(scenario.setOf('v1').metadata.annotations).toMatchObject({ team: 'b' });
    expect(scenario.setOf('v1').spec?.minReadySeconds).toBe(7);
    expect(scenario.web().status?.observedGeneration).toBe(scenario.web().metadata.generation);
  });

  it('takes a ReplicaSet over that it selects and nobody controls, and lets go of one that it selects no more', () => {
    const scenario = startDeployments();
    const { cluster } = scenario;
    scenario.create();
    scenario.run();
    const web = scenario.web();
    const set = scenario.setOf('v1');
    cluster.update({ ...set, metadata: { ...set.metadata, labels: { app: 'other' } } });
    cluster.settle();
    expect(
      cluster.get('replicasets.apps', 'default', set.metadata.name)?.metadata.ownerReferences,
    ).toBeUndefined();
    // Its name is taken: the next one has another.
    expect(scenario.sets()).toHaveLength(2);
    expect(scenario.web().status?.collisionCount).toBe(1);
    const stray = cluster.get('replicasets.apps', 'default', set.metadata.name) ?? set;
    cluster.update({ ...stray, metadata: { ...stray.metadata, labels: { app: 'web' } } });
    scenario.run();
    const adopted = cluster.get('replicasets.apps', 'default', set.metadata.name);
    expect(adopted?.metadata.ownerReferences).toEqual([controllerReference(web)]);
    expect(scenario.pods()).toHaveLength(3);
  });

  it('finds the ReplicaSet of one before it that was deleted without its dependents', () => {
    const scenario = startDeployments();
    const { cluster } = scenario;
    scenario.create();
    scenario.run();
    const { uid } = scenario.setOf('v1').metadata;
    cluster.delete(scenario.web(), { propagationPolicy: 'Orphan' });
    cluster.settle();
    expect(scenario.pods()).toHaveLength(3);
    scenario.create();
    expect(scenario.sets().map(({ metadata }) => metadata.uid)).toEqual([uid]);
    expect(scenario.message('Progressing')).toMatch(/^(Found new replica set|ReplicaSet) "web-/);
  });
});

describe('a rolling update', () => {
  it.each<readonly [number, number | string, number | string, string]>([
    [3, 1, 0, 'v1:3 v2:1'],
    [3, 0, 1, 'v1:2 v2:1'],
    [10, '25%', '25%', 'v1:8 v2:5'],
    [10, 3, 2, 'v1:8 v2:5'],
    [4, '0%', '10%', 'v1:3 v2:1'],
    [4, '100%', '0%', 'v1:4 v2:4'],
    [4, 0, '100%', 'v1:0 v2:4'],
    [0, 1, 0, 'v1:0 v2:0'],
  ])('of %i with surge %s and %s unavailable begins with %s', (...drawn) => {
    const [replicas, surge, unavailable, sizes] = drawn;
    const scenario = startDeployments();
    scenario.create({ replicas, ...rolling(surge, unavailable) });
    scenario.run();
    scenario.roll('v2');
    expect(scenario.sizes()).toBe(sizes);
    scenario.run();
    expect(scenario.sizes()).toBe(`v1:0 v2:${replicas}`);
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
  });

  it('goes one up and one down, and tells each step', () => {
    const scenario = startDeployments();
    scenario.create(rolling(1, 0));
    scenario.run();
    scenario.roll('v2');
    scenario.run();
    const [v1, v2] = [scenario.setOf('v1').metadata.name, scenario.setOf('v2').metadata.name];
    const scaled = (direction: string, name: string, sizes: readonly [number, number]): string =>
      `ScalingReplicaSet: Scaled ${direction} replica set ${name} from ${sizes[0]} to ${sizes[1]}`;
    expect(scenario.cluster.events('web')).toEqual([
      scaled('up', v1, [0, 3]),
      scaled('up', v2, [0, 1]),
      scaled('down', v1, [3, 2]),
      scaled('up', v2, [1, 2]),
      scaled('down', v1, [2, 1]),
      scaled('up', v2, [2, 3]),
      scaled('down', v1, [1, 0]),
    ]);
  });

  it('takes away old pods that do not work before those that do', () => {
    const scenario = startDeployments();
    const { cluster, kubelet } = scenario;
    scenario.create({ replicas: 4, ...rolling(0, 2) });
    scenario.run();
    const [broken] = scenario.pods();
    if (broken) kubelet.unready(broken);
    cluster.settle();
    scenario.roll('v2');
    // One of two that may be missing is missing already.
    expect(scenario.sizes()).toBe('v1:2 v2:2');
    expect(scenario.pods().some(({ metadata }) => metadata.uid === broken?.metadata.uid)).toBe(false);
  });

  it('waits for new pods to be available for as long as minReadySeconds says', () => {
    const scenario = startDeployments();
    scenario.create({ minReadySeconds: 30, ...rolling(1, 0) });
    scenario.run();
    scenario.cluster.advance(31);
    scenario.roll('v2');
    scenario.run();
    expect(scenario.sizes()).toBe('v1:3 v2:1');
    scenario.cluster.advance(29);
    expect(scenario.sizes()).toBe('v1:3 v2:1');
    scenario.cluster.advance(2);
    expect(scenario.sizes()).toBe('v1:2 v2:2');
  });

  it('that is overtaken goes on with the newest template alone', () => {
    const scenario = startDeployments();
    scenario.create({ replicas: 10, ...rolling(3, 2) });
    scenario.run();
    scenario.roll('v2');
    expect(scenario.sizes()).toBe('v1:8 v2:5');
    scenario.roll('v3');
    // Pods of v2 that never became ready go first, and make room.
    expect(scenario.sizes()).toBe('v1:8 v2:0 v3:5');
    scenario.run();
    expect(scenario.sizes()).toBe('v1:0 v2:0 v3:10');
  });

  it('that is scaled in the middle shares out what is added by the sizes of its sets', () => {
    const scenario = startDeployments();
    scenario.create({ replicas: 10, ...rolling(3, 2) });
    scenario.run();
    scenario.roll('v2');
    expect(scenario.sizes()).toBe('v1:8 v2:5');
    scenario.set({ replicas: 15 });
    // The example of Kubernetes' own documentation.
    expect(scenario.sizes()).toBe('v1:11 v2:7');
    scenario.set({ replicas: 0 });
    expect(scenario.sizes()).toBe('v1:0 v2:0');
    scenario.set({ replicas: 2 });
    scenario.run();
    expect(scenario.sizes()).toBe('v1:0 v2:2');
  });
});

describe('recreation', () => {
  it('makes no new pod before the last old one has ended', () => {
    const scenario = startDeployments();
    const { cluster, kubelet } = scenario;
    scenario.create({ strategy: { type: 'Recreate' } });
    scenario.run();
    scenario.roll('v2');
    expect(scenario.sizes()).toBe('v1:0');
    expect(scenario.pods()).toEqual([]);
    kubelet.finishTerminating();
    cluster.settle();
    expect(scenario.sizes()).toBe('v1:0 v2:3');
    scenario.run();
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
  });
});

describe('the progress of a rollout', () => {
  it('fails after its deadline, and succeeds when it goes on after all', () => {
    const scenario = startDeployments();
    const { cluster } = scenario;
    scenario.create({ progressDeadlineSeconds: 60 });
    cluster.advance(60);
    expect(scenario.condition('Progressing')).toBe('Progressing=True ReplicaSetUpdated');
    cluster.advance(2);
    const { name } = scenario.setOf('v1').metadata;
    expect(scenario.condition('Progressing')).toBe('Progressing=False ProgressDeadlineExceeded');
    expect(scenario.message('Progressing')).toBe(`ReplicaSet "${name}" has timed out progressing.`);
    expect(cluster.awaited()).toEqual([]);
    scenario.run();
    expect(scenario.condition('Progressing')).toBe('Progressing=True NewReplicaSetAvailable');
  });

  it('counts from the last pod that became ready', () => {
    const scenario = startDeployments();
    const { cluster, kubelet } = scenario;
    scenario.create({ progressDeadlineSeconds: 60 });
    cluster.advance(50);
    const [first] = scenario.pods();
    if (first) kubelet.run(first);
    cluster.settle();
    cluster.advance(59);
    expect(scenario.condition('Progressing')).toBe('Progressing=True ReplicaSetUpdated');
    cluster.advance(3);
    expect(scenario.condition('Progressing')).toBe('Progressing=False ProgressDeadlineExceeded');
  });

  it('is not told of without a deadline', () => {
    const scenario = startDeployments();
    scenario.create({ progressDeadlineSeconds: 2_147_483_647 });
    scenario.run();
    expect(scenario.condition('Progressing')).toBe('Progressing=undefined undefined');
    expect(scenario.cluster.awaited()).toEqual([]);
  });

  it('stands still while it is paused, but for its size, and goes on when it is resumed', () => {
    const scenario = startDeployments();
    const { cluster } = scenario;
    scenario.create({ progressDeadlineSeconds: 60 });
    scenario.run();
    scenario.set({ paused: true });
    expect(scenario.condition('Progressing')).toBe('Progressing=Unknown DeploymentPaused');
    scenario.roll('v2');
    scenario.set({ replicas: 5 });
    expect(scenario.sizes()).toBe('v1:5');
    cluster.advance(120);
    expect(scenario.condition('Progressing')).toBe('Progressing=Unknown DeploymentPaused');
    scenario.set({ paused: false });
    expect(scenario.condition('Progressing')).toBe('Progressing=True ReplicaSetUpdated');
    scenario.run();
    expect(scenario.sizes()).toBe('v1:0 v2:5');
  });

  it('fails where a new ReplicaSet is refused, and goes on when there is room', () => {
    const scenario = startDeployments();
    const { cluster } = scenario;
    scenario.create();
    scenario.run();
    const quota = cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { 'count/replicasets.apps': '1' } },
    });
    cluster.updateStatus({ ...quota, status: { used: { 'count/replicasets.apps': '1' } } });
    scenario.roll('v2');
    expect(scenario.condition('Progressing')).toBe('Progressing=False ReplicaSetCreateError');
    expect(scenario.message('Progressing')).toMatch(
      /^Failed to create new replica set "web-\w+": replicasets.apps "web-\w+" is forbidden: exceeded quota: few/,
    );
    expect(scenario.readyImages()).toEqual(['v1']);
    const few = cluster.get('resourcequotas', 'default', 'few') ?? quota;
    cluster.delete(few);
    scenario.run();
    expect(scenario.readyImages()).toEqual(['v2']);
  });

  it('carries the failure of its ReplicaSet to create pods', () => {
    const scenario = startDeployments();
    const { cluster } = scenario;
    scenario.create();
    scenario.run();
    const quota = cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { pods: '3' } },
    });
    cluster.updateStatus({ ...quota, status: { used: { pods: '3' } } });
    scenario.set({ replicas: 4 });
    expect(scenario.condition('ReplicaFailure')).toBe('ReplicaFailure=True FailedCreate');
    expect(scenario.message('ReplicaFailure')).toMatch(/^pods "web-.*" is forbidden: exceeded quota: few/);
    cluster.delete(cluster.get('resourcequotas', 'default', 'few') ?? quota);
    cluster.settle();
    expect(scenario.condition('ReplicaFailure')).toBe('ReplicaFailure=undefined undefined');
    expect(scenario.pods()).toHaveLength(4);
  });
});

describe('the history of a Deployment', () => {
  it('counts revisions up, and remembers those that a ReplicaSet was', () => {
    const scenario = startDeployments();
    scenario.create();
    for (const image of ['v2', 'v3']) scenario.roll(image);
    scenario.undo('v1');
    scenario.undo('v2');
    scenario.undo('v1');
    const revisions = ['v1', 'v2', 'v3'].map((image) => {
      const { annotations = {} } = scenario.setOf(image).metadata;
      return [
        annotations['deployment.kubernetes.io/revision'],
        annotations['deployment.kubernetes.io/revision-history'],
      ];
    });
    expect(revisions).toEqual([
      ['6', '1,4'],
      ['5', '2'],
      ['3', undefined],
    ]);
    expect(scenario.web().metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '6' });
  });

  it('keeps as many ReplicaSets without pods as it says, the newest', () => {
    const scenario = startDeployments();
    scenario.create({ revisionHistoryLimit: 2 });
    for (const image of ['v2', 'v3', 'v4', 'v5']) {
      scenario.roll(image);
      scenario.run();
    }
    expect(scenario.sizes()).toBe('v3:0 v4:0 v5:3');
    scenario.set({ revisionHistoryLimit: 0 });
    scenario.run();
    expect(scenario.sizes()).toBe('v5:3');
  });
});
