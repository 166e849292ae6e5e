import type { ControllerRevision, Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import {
  change,
  letRun,
  podOf,
  podsNow,
  running,
  startForSets,
  web,
  webOf,
} from '../testing/stateful-scenario.ts';

const [one, two, three] = ['+web-0=web:1', '+web-1=web:1', '+web-2=web:1'];

describe('a StatefulSet', () => {
  it('makes its pods one after the other, each when the one before is ready, and says so', () => {
    const { cluster, kubelet } = startForSets();
    cluster.create(webOf());
    cluster.turn();
    expect(podsNow(cluster)).toEqual(['web-0=web:1']);
    cluster.settle();
    expect(cluster.turn().writes).toEqual([]);
    for (const expected of [
      [one, 'web-1=web:1'],
      [one, two, 'web-2=web:1'],
      [one, two, three],
    ]) {
      kubelet.runAll();
      cluster.settle();
      expect(podsNow(cluster)).toEqual(expected);
    }
    expect(cluster.events('web')).toEqual(
      ['web-0', 'web-1', 'web-2'].map(
        (name) => `SuccessfulCreate: create Pod ${name} in StatefulSet web successful`,
      ),
    );
    const [found] = cluster.list<ControllerRevision>('controllerrevisions.apps');
    const revision = found?.metadata.name;
    expect(web(cluster).status).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: revision,
      updateRevision: revision,
      collisionCount: 0,
    });
    expect(cluster.awaited()).toEqual([]);
  });

  it('gives each pod a name, a host name and labels of its own', () => {
    const { cluster } = startForSets();
    cluster.create(webOf({ spec: { replicas: 1 } }));
    cluster.settle();
    const pod = podOf(cluster, 0);
    expect(pod.metadata).toMatchObject({
      generateName: 'web-',
      labels: {
        app: 'web',
        'statefulset.kubernetes.io/pod-name': 'web-0',
        'apps.kubernetes.io/pod-index': '0',
        'controller-revision-hash': web(cluster).status?.updateRevision,
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', controller: true }],
    });
    expect(pod.spec).toMatchObject({ hostname: 'web-0', subdomain: 'pages' });
  });

  it('counts from the ordinal that it starts at, and moves when that does', () => {
    const scenario = running({ spec: { replicas: 2, ordinals: { start: 5 } } });
    const { cluster } = scenario;
    expect(podsNow(cluster)).toEqual(['+web-5=web:1', '+web-6=web:1']);
    change(cluster, { ordinals: { start: 6 } });
    letRun(scenario);
    expect(podsNow(cluster)).toEqual(['+web-6=web:1', '+web-7=web:1']);
  });

  it('waits with the next pod for as long as minReadySeconds say', () => {
    const { cluster, kubelet } = startForSets();
    cluster.create(webOf({ spec: { minReadySeconds: 10 } }));
    cluster.settle();
    kubelet.runAll();
    cluster.advance(9);
    expect(podsNow(cluster)).toEqual([one]);
    expect(web(cluster).status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    cluster.advance(1);
    expect(podsNow(cluster)).toEqual([one, 'web-1=web:1']);
    expect(web(cluster).status).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
  });

  it('makes all pods at once, and takes them away at once, where they are managed in parallel', () => {
    const scenario = startForSets();
    const { cluster } = scenario;
    cluster.create(webOf({ spec: { podManagementPolicy: 'Parallel' } }));
    cluster.turn();
    expect(podsNow(cluster)).toEqual(['web-0=web:1', 'web-1=web:1', 'web-2=web:1']);
    letRun(scenario);
    change(cluster, { replicas: 1 });
    cluster.settle();
    expect(podsNow(cluster)).toEqual([one, '-web-1=web:1', '-web-2=web:1']);
  });

  it('comes to a thousand pods in parallel in a few turns', () => {
    const { cluster } = startForSets();
    cluster.create(webOf({ spec: { podManagementPolicy: 'Parallel', replicas: 1000 } }));
    cluster.settle();
    expect(web(cluster).status).toMatchObject({ replicas: 1000 });
    expect(cluster.turns).toBeLessThan(10);
    change(cluster, { replicas: 0 });
    cluster.settle();
    expect(cluster.list<Pod>('pods').every(({ metadata }) => metadata.deletionTimestamp)).toBe(true);
  });

  it('that is being deleted makes no more pods', () => {
    const scenario = running();
    const { cluster } = scenario;
    cluster.delete(web(cluster), { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(podsNow(cluster)).toEqual(['-web-0=web:1', '-web-1=web:1', '-web-2=web:1']);
    letRun(scenario);
    expect([cluster.list('pods'), cluster.list('statefulsets.apps')]).toEqual([[], []]);
    expect(cluster.list('controllerrevisions.apps')).toEqual([]);
  });
});

describe('a StatefulSet that is scaled', () => {
  it('up goes on where it stopped; down takes the highest pod first, each when the one above is gone', () => {
    const scenario = running();
    const { cluster, kubelet } = scenario;
    change(cluster, { replicas: 5 });
    letRun(scenario);
    expect(podsNow(cluster)).toHaveLength(5);
    change(cluster, { replicas: 2 });
    cluster.settle();
    expect(podsNow(cluster).slice(2)).toEqual([three, '+web-3=web:1', '-web-4=web:1']);
    kubelet.finishTerminating();
    cluster.settle();
    expect(podsNow(cluster).slice(2)).toEqual([three, '-web-3=web:1']);
    letRun(scenario);
    expect(podsNow(cluster)).toEqual([one, two]);
    expect(web(cluster).status).toMatchObject({ replicas: 2, readyReplicas: 2, currentReplicas: 2 });
  });

  it('halts in either direction while one of its pods is not ready', () => {
    const scenario = running();
    const { cluster, kubelet } = scenario;
    kubelet.unready(podOf(cluster, 1));
    change(cluster, { replicas: 4 });
    cluster.settle();
    expect(podsNow(cluster)).toEqual([one, 'web-1=web:1', three]);
    change(cluster, { replicas: 2 });
    cluster.settle();
    expect(podsNow(cluster)).toEqual([one, 'web-1=web:1', three]);
    kubelet.run(podOf(cluster, 1));
    letRun(scenario);
    expect(podsNow(cluster)).toEqual([one, two]);
  });

  it('down takes away the pod that is not ready if that is the first such', () => {
    const { cluster, kubelet } = running();
    kubelet.unready(podOf(cluster, 2));
    change(cluster, { replicas: 2 });
    cluster.settle();
    expect(podsNow(cluster)).toEqual([one, two, '-web-2=web:1']);
  });

  it('never has a second pod of an ordinal: one on its way out is waited for, wherever its node is', () => {
    const { cluster, kubelet } = running();
    cluster.delete(podOf(cluster, 1));
    cluster.settle();
    expect(podsNow(cluster)).toEqual([one, '-web-1=web:1', three]);
    cluster.advance(600);
    expect(podsNow(cluster)).toEqual([one, '-web-1=web:1', three]);
    kubelet.finishTerminating();
    cluster.settle();
    expect(podsNow(cluster)).toEqual([one, 'web-1=web:1', three]);
  });
});

describe('the pods of a StatefulSet', () => {
  it.each([
    ['failed', 1, 'RecreatingFailedPod: StatefulSet default/web is recreating failed Pod web-1'],
    ['ended well', 0, 'RecreatingTerminatedPod: StatefulSet default/web is recreating terminated Pod web-1'],
  ])('that %s are made again', (_how, exitCode, event) => {
    const { cluster, kubelet } = running();
    const { uid } = podOf(cluster, 1).metadata;
    kubelet.end(podOf(cluster, 1), exitCode);
    cluster.settle();
    expect(podsNow(cluster)).toEqual([one, 'web-1=web:1', three]);
    expect(podOf(cluster, 1).metadata.uid).not.toBe(uid);
    expect(cluster.events('web')).toEqual(
      expect.arrayContaining([event, 'SuccessfulDelete: delete Pod web-1 in StatefulSet web successful']),
    );
  });

  it('that lose the labels that name them get them back', () => {
    const { cluster } = running();
    const pod = podOf(cluster, 1);
    cluster.update({ ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } });
    cluster.settle();
    expect(podOf(cluster, 1).metadata.labels).toMatchObject({
      'statefulset.kubernetes.io/pod-name': 'web-1',
    });
    expect(cluster.events('web')).toContain(
      'SuccessfulUpdate: update Pod web-1 in StatefulSet web successful',
    );
  });

  it('are adopted if they bear a name of the set, and let go of with their labels', () => {
    const scenario = startForSets();
    const { cluster } = scenario;
    for (const name of ['web-0', 'web-x', 'other-1']) {
      cluster.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'stray' }] },
      });
    }
    letRun(scenario);
    cluster.create(webOf({ spec: { replicas: 1, updateStrategy: { type: 'OnDelete' } } }));
    letRun(scenario);
    expect(podsNow(cluster)).toEqual(['+other-1=stray', '+web-0=stray', '+web-x=stray']);
    expect(web(cluster).status).toMatchObject({ replicas: 1, readyReplicas: 1 });
    const pod = podOf(cluster, 0);
    cluster.update({ ...pod, metadata: { ...pod.metadata, labels: {} } });
    cluster.settle();
    expect(podOf(cluster, 0).metadata).not.toHaveProperty('ownerReferences');
  });

  it('are told of, in the words of the set, where a quota leaves no room, and made when it does', () => {
    const { cluster } = startForSets();
    const quota = (hard: string) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'default' },
      spec: { hard: { pods: hard } },
      status: { hard: { pods: hard }, used: { pods: '0' } },
    });
    cluster.create(quota('2'));
    cluster.updateStatus(quota('2'));
    cluster.create(webOf({ spec: { podManagementPolicy: 'Parallel' } }));
    cluster.turn();
    expect(podsNow(cluster)).toEqual(['web-0=web:1', 'web-1=web:1']);
    expect(web(cluster).status).toMatchObject({ replicas: 2, updatedReplicas: 2 });
    expect(cluster.events('web').filter((event) => event.startsWith('FailedCreate'))).toEqual([
      'FailedCreate: create Pod web-2 in StatefulSet web failed error: pods "web-2" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    ]);

    cluster.update(quota('5'));
    cluster.updateStatus({ ...quota('5'), status: { hard: { pods: '5' }, used: { pods: '2' } } });
    cluster.turn();
    expect(podsNow(cluster)).toEqual(['web-0=web:1', 'web-1=web:1', 'web-2=web:1']);
  });
});
