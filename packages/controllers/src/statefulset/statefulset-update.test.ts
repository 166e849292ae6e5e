import type { ControllerRevision, StatefulSetSpec } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import {
  change,
  changeImage,
  letRun,
  podOf,
  podsNow,
  running,
  type StatefulScenario,
  web,
} from '../testing/stateful-scenario.ts';

const rolling = (rollingUpdate: object): Partial<StatefulSetSpec> => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate },
});

function revisions({ cluster }: StatefulScenario): string[] {
  return cluster
    .list<ControllerRevision>('controllerrevisions.apps')
    .map(({ revision, data }) => `${revision} ${/"image":"([^"]*)"/.exec(JSON.stringify(data))?.[1]}`)
    .sort();
}

const images = (scenario: StatefulScenario): string[] =>
  podsNow(scenario.cluster).map((pod) => pod.split('=')[1] ?? '');

describe('an update of a StatefulSet', () => {
  it('replaces one pod after the other, from the highest on, each when the one before is available', () => {
    const scenario = running();
    const { cluster, kubelet } = scenario;
    const former = web(cluster).status?.currentRevision;
    changeImage(cluster, 'web:2');
    cluster.settle();
    expect(podsNow(cluster)).toEqual(['+web-0=web:1', '+web-1=web:1', '-web-2=web:1']);
    expect(web(cluster).status).toMatchObject({
      currentRevision: former,
      currentReplicas: 2,
      observedGeneration: 2,
    });
    expect(web(cluster).status?.updateRevision).not.toBe(former);
    expect(web(cluster).status).not.toHaveProperty('updatedReplicas');
    kubelet.finishTerminating();
    cluster.settle();
    expect(podsNow(cluster)).toEqual(['+web-0=web:1', '+web-1=web:1', 'web-2=web:2']);
    expect(web(cluster).status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    kubelet.runAll();
    cluster.settle();
    expect(podsNow(cluster)).toEqual(['+web-0=web:1', '-web-1=web:1', '+web-2=web:2']);
    letRun(scenario);
    expect(podsNow(cluster)).toEqual(['+web-0=web:2', '+web-1=web:2', '+web-2=web:2']);
    const { updateRevision } = web(cluster).status ?? {};
    expect(web(cluster).status).toMatchObject({
      currentRevision: updateRevision,
      currentReplicas: 3,
      updatedReplicas: 3,
    });
  });

  it('leaves pods below the partition alone, and makes them of the old template when they go', () => {
    const scenario = running({ spec: rolling({ partition: 2 }) });
    const { cluster, kubelet } = scenario;
    changeImage(cluster, 'web:2');
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:1', 'web:1', 'web:2']);
    expect(web(cluster).status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    cluster.delete(podOf(cluster, 0));
    cluster.delete(podOf(cluster, 2));
    kubelet.finishTerminating();
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:1', 'web:1', 'web:2']);

    change(cluster, rolling({ partition: 1 }));
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:1', 'web:2', 'web:2']);
    change(cluster, rolling({ partition: 0 }));
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:2', 'web:2', 'web:2']);
    const { currentRevision, updateRevision } = web(cluster).status ?? {};
    expect(currentRevision).toBe(updateRevision);
  });

  it('with a partition beyond all ordinals changes nothing', () => {
    const scenario = running({ spec: rolling({ partition: 9 }) });
    changeImage(scenario.cluster, 'web:2');
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:1', 'web:1', 'web:1']);
  });

  it.each([
    [2, 2],
    ['50%', 2],
    ['34%', 2],
    ['100%', 4],
  ])('with maxUnavailable %s of four takes %i at a time, the highest first', (maxUnavailable, expected) => {
    const { cluster } = running({
      spec: { ...rolling({ maxUnavailable }), replicas: 4, podManagementPolicy: 'Parallel' },
    });
    changeImage(cluster, 'web:2');
    cluster.settle();
    const going = podsNow(cluster).map((pod) => pod.startsWith('-'));
    expect(going).toEqual([0, 1, 2, 3].map((ordinal) => ordinal >= 4 - expected));
  });

  it('counts pods that are not available against maxUnavailable, and takes an old one of them first', () => {
    const { cluster, kubelet } = running({ spec: { podManagementPolicy: 'Parallel' } });
    kubelet.unready(podOf(cluster, 0));
    cluster.settle();
    changeImage(cluster, 'web:2');
    cluster.settle();
    expect(podsNow(cluster)).toEqual(['-web-0=web:1', '+web-1=web:1', '+web-2=web:1']);
  });

  it('stops at a pod that does not come up, and goes back when the template does and that pod is deleted', () => {
    const scenario = running();
    const { cluster, kubelet } = scenario;
    const kept = [0, 1].map((ordinal) => podOf(cluster, ordinal).metadata.uid);
    changeImage(cluster, 'web:broken');
    cluster.settle();
    kubelet.finishTerminating();
    cluster.settle();
    kubelet.unready(podOf(cluster, 2));
    cluster.settle();
    cluster.advance(3600);
    expect(images(scenario)).toEqual(['web:1', 'web:1', 'web:broken']);
    changeImage(cluster, 'web:1');
    cluster.settle();
    // In order, a broken pod is waited for until somebody takes it away.
    expect(images(scenario)).toEqual(['web:1', 'web:1', 'web:broken']);
    cluster.delete(podOf(cluster, 2));
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:1', 'web:1', 'web:1']);
    expect([0, 1].map((ordinal) => podOf(cluster, ordinal).metadata.uid)).toEqual(kept);
    expect(revisions(scenario)).toEqual(['2 web:broken', '3 web:1']);
  });

  it('with OnDelete replaces what the user deletes, and nothing else', () => {
    const scenario = running({ spec: { updateStrategy: { type: 'OnDelete' } } });
    const { cluster } = scenario;
    changeImage(cluster, 'web:2');
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:1', 'web:1', 'web:1']);
    cluster.delete(podOf(cluster, 1));
    letRun(scenario);
    expect(images(scenario)).toEqual(['web:1', 'web:2', 'web:1']);
    expect(web(cluster).status).toMatchObject({ updatedReplicas: 1 });
  });
});

describe('the history of a StatefulSet', () => {
  it('keeps so many old revisions beside those that are in use', () => {
    const scenario = running({ spec: { revisionHistoryLimit: 1 } });
    for (const image of ['web:2', 'web:3', 'web:4']) {
      changeImage(scenario.cluster, image);
      letRun(scenario);
    }
    expect(revisions(scenario)).toEqual(['3 web:3', '4 web:4']);
  });

  it('of one that was orphaned goes on with the same pods under the next StatefulSet of that name', () => {
    const scenario = running();
    const { cluster } = scenario;
    const { uid } = podOf(cluster, 0).metadata;
    const stored = web(cluster);
    cluster.delete(stored, { propagationPolicy: 'Orphan' });
    letRun(scenario);
    expect(cluster.list('statefulsets.apps')).toEqual([]);
    cluster.create({ ...stored, metadata: { name: 'web', namespace: 'default' } });
    letRun(scenario);
    expect(podOf(cluster, 0).metadata.uid).toBe(uid);
    expect(revisions(scenario)).toEqual(['1 web:1']);
    expect(web(cluster).status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
  });
});
