import type { ControllerRevision, DaemonSetSpec, Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import {
  agent,
  agentOf,
  changeNode,
  type DaemonScenario,
  placement,
  podOn,
  rollOn,
  startWithNodes,
  updateImage,
} from '../testing/daemon-scenario.ts';

const rolling = (rollingUpdate: object): Partial<DaemonSetSpec> => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate },
});

function started(spec: Partial<DaemonSetSpec>, ...nodes: readonly string[]): DaemonScenario {
  const scenario = startWithNodes(...nodes);
  scenario.cluster.create(agentOf({ spec }));
  rollOn(scenario);
  return scenario;
}

function revisions({ cluster }: DaemonScenario): string[] {
  return cluster
    .list<ControllerRevision>('controllerrevisions.apps')
    .map(({ revision, data }) => {
      const image = /"image":"([^"]*)"/.exec(JSON.stringify(data))?.[1];
      return `${revision} ${image}`;
    })
    .sort();
}

describe('an update of a DaemonSet', () => {
  it('replaces one pod after the other, each when its predecessor is available', () => {
    const scenario = started(rolling({ maxUnavailable: 1 }), 'a', 'b');
    const { cluster, kubelet } = scenario;
    updateImage(cluster, 'agent:2');
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=agent:1', 'b=agent:1']);
    expect(agent(cluster).status).toMatchObject({ observedGeneration: 2 });
    kubelet.finishTerminating();
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:2', 'b=agent:1']);
    expect(agent(cluster).status).toMatchObject({ updatedNumberScheduled: 1, numberUnavailable: 1 });
    kubelet.runAll();
    cluster.settle();
    expect(placement(cluster)).toEqual(['-b=agent:1', 'a=agent:2']);
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=agent:2', 'b=agent:2']);
    expect(agent(cluster).status).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2 });
    expect(revisions(scenario)).toEqual(['1 agent:1', '2 agent:2']);
  });

  it.each([
    [2, 2],
    ['50%', 2],
    ['30%', 2],
    ['100%', 4],
  ])('with maxUnavailable %s of four replaces %i at once', (maxUnavailable, expected) => {
    const { cluster } = started(rolling({ maxUnavailable }), 'a', 'b', 'c', 'd');
    updateImage(cluster, 'agent:2');
    cluster.settle();
    expect(placement(cluster).filter((pod) => pod.startsWith('-'))).toHaveLength(expected);
  });

  it('waits with the next pod for as long as minReadySeconds say', () => {
    const scenario = started({ ...rolling({ maxUnavailable: 1 }), minReadySeconds: 5 }, 'a', 'b');
    const { cluster } = scenario;
    cluster.advance(5);
    updateImage(cluster, 'agent:2');
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=agent:2', 'b=agent:1']);
    cluster.advance(4);
    expect(placement(cluster)).toEqual(['a=agent:2', 'b=agent:1']);
    cluster.advance(1);
    expect(placement(cluster)).toEqual(['-b=agent:1', 'a=agent:2']);
  });

  it('replaces pods that are no good beyond the limit', () => {
    const { cluster, kubelet } = startWithNodes('a', 'b', 'c', 'd');
    cluster.create(agentOf());
    cluster.settle();
    for (const node of ['c', 'd']) kubelet.run(podOn(cluster, node));
    cluster.settle();
    updateImage(cluster, 'agent:2');
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=agent:1', '-b=agent:1', '-c=agent:1', 'd=agent:1']);
  });

  it('does not wait for the pod of a node that is no more', () => {
    const scenario = started(rolling({ maxUnavailable: 1 }), 'a', 'b');
    const { cluster, kubelet } = scenario;
    changeNode(cluster, 'b', undefined);
    cluster.settle();
    updateImage(cluster, 'agent:2');
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=agent:1', 'b=agent:1']);
    kubelet.finishTerminating();
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:2', 'b=agent:1']);
  });

  it('with OnDelete replaces what the user deletes, and nothing else', () => {
    const scenario = started({ updateStrategy: { type: 'OnDelete' } }, 'a', 'b');
    const { cluster } = scenario;
    updateImage(cluster, 'agent:2');
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=agent:1', 'b=agent:1']);
    expect(agent(cluster).status).not.toHaveProperty('updatedNumberScheduled');
    cluster.delete(podOn(cluster, 'b'));
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=agent:1', 'b=agent:2']);
    expect(agent(cluster).status).toMatchObject({ updatedNumberScheduled: 1 });
  });
});

describe('an update of a DaemonSet with surge', () => {
  const surge = rolling({ maxUnavailable: 0, maxSurge: 1 });

  it('has the new pod beside the old one until it is available, node by node', () => {
    const scenario = started(surge, 'a', 'b');
    const { cluster, kubelet } = scenario;
    updateImage(cluster, 'agent:2');
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:1', 'a=agent:2', 'b=agent:1']);
    expect(agent(cluster).status).toMatchObject({ numberAvailable: 2 });
    kubelet.runAll();
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=agent:1', 'a=agent:2', 'b=agent:1']);
    kubelet.finishTerminating();
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:2', 'b=agent:1', 'b=agent:2']);
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=agent:2', 'b=agent:2']);
  });

  it('gives a node whose old pod is lost its new one beyond the limit, which replaces it', () => {
    const scenario = startWithNodes('a', 'b');
    const { cluster, kubelet } = scenario;
    cluster.create(agentOf({ spec: surge }));
    cluster.settle();
    kubelet.run(podOn(cluster, 'b'));
    cluster.settle();
    updateImage(cluster, 'agent:2');
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=agent:1', 'a=agent:2', 'b=agent:1', 'b=agent:2']);
  });

  it('leaves the pod of a node that is to have none until others make up for it', () => {
    const scenario = started(surge, 'a', 'b');
    const { cluster, kubelet } = scenario;
    changeNode(cluster, 'a', { spec: { taints: [{ key: 'full', effect: 'NoSchedule' }] } });
    updateImage(cluster, 'agent:2');
    cluster.settle();
    // Two are available where one is wanted: the one that is in the way may go.
    expect(placement(cluster)).toEqual(['-a=agent:1', 'b=agent:1', 'b=agent:2']);
    kubelet.finishTerminating();
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['b=agent:2']);
  });

  it('never keeps more than two pods on a node: of three the oldest of either template stay', () => {
    const { cluster, kubelet } = started(surge, 'a');
    updateImage(cluster, 'agent:2');
    cluster.settle();
    const second = cluster.list<Pod>('pods').find(({ spec }) => spec?.containers?.[0]?.image === 'agent:2');
    cluster.advance(1);
    cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'third', namespace: 'default', labels: { ...second?.metadata.labels } },
      spec: { nodeName: 'a', containers: [{ name: 'main', image: 'third' }] },
    });
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=third', 'a=agent:1', 'a=agent:2']);
    kubelet.finishTerminating();
  });
});

describe('the history of a DaemonSet', () => {
  it('goes back without a restart of pods that are of the old template still', () => {
    const scenario = started(rolling({ maxUnavailable: 1 }), 'a', 'b', 'c');
    const { cluster, kubelet } = scenario;
    const kept = ['b', 'c'].map((node) => podOn(cluster, node).metadata.uid);
    updateImage(cluster, 'agent:broken');
    cluster.settle();
    kubelet.finishTerminating();
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:broken', 'b=agent:1', 'c=agent:1']);
    updateImage(cluster, 'agent:1');
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=agent:1', 'b=agent:1', 'c=agent:1']);
    expect(['b', 'c'].map((node) => podOn(cluster, node).metadata.uid)).toEqual(kept);
    expect(revisions(scenario)).toEqual(['2 agent:broken', '3 agent:1']);
  });

  it('keeps so many old revisions, and those that pods are of', () => {
    const scenario = started({ revisionHistoryLimit: 1, updateStrategy: { type: 'OnDelete' } }, 'a');
    const { cluster } = scenario;
    for (const image of ['agent:2', 'agent:3', 'agent:4']) {
      updateImage(cluster, image);
      rollOn(scenario);
    }
    // The pod is of the first one still, which takes up room.
    expect(revisions(scenario)).toEqual(['1 agent:1', '4 agent:4']);
    cluster.delete(podOn(cluster, 'a'));
    rollOn(scenario);
    updateImage(cluster, 'agent:5');
    rollOn(scenario);
    expect(revisions(scenario)).toEqual(['4 agent:4', '5 agent:5']);
  });

  it('of one that was orphaned goes on with the same pods under the next DaemonSet of that name', () => {
    const scenario = started({}, 'a');
    const { cluster } = scenario;
    updateImage(cluster, 'agent:2');
    rollOn(scenario);
    const { uid } = podOn(cluster, 'a').metadata;
    cluster.delete(agent(cluster), { propagationPolicy: 'Orphan' });
    rollOn(scenario);
    expect(cluster.list('daemonsets.apps')).toEqual([]);
    cluster.create(agentOf({ podSpec: { containers: [{ name: 'main', image: 'agent:2' }] } }));
    rollOn(scenario);
    expect(podOn(cluster, 'a').metadata.uid).toBe(uid);
    expect(revisions(scenario)).toEqual(['1 agent:1', '2 agent:2']);
  });

  it('that others add to wakes nobody; of two revisions of one template the latest stays, with the pods', () => {
    const scenario = started({}, 'a');
    const { cluster } = scenario;
    const [first] = cluster.list<ControllerRevision>('controllerrevisions.apps');
    if (!first) throw new Error('there is no revision');
    const { labels, ownerReferences = [] } = first.metadata;
    cluster.create({
      ...first,
      metadata: {
        name: 'mine',
        namespace: 'default',
        labels: { app: labels?.['app'] ?? '' },
        ownerReferences,
      },
      revision: 2,
    });
    cluster.settle();
    expect(revisions(scenario)).toEqual(['1 agent:1', '2 agent:1']);
    const pod = podOn(cluster, 'a');
    cluster.update({ ...pod, metadata: { ...pod.metadata, annotations: { a: 'b' } } });
    cluster.settle();
    expect(revisions(scenario)).toEqual(['2 agent:1']);
    expect(podOn(cluster, 'a').metadata.uid).toBe(pod.metadata.uid);
    expect(podOn(cluster, 'a').metadata.labels).toMatchObject({ 'controller-revision-hash': 'mine' });
    updateImage(cluster, 'agent:2');
    rollOn(scenario);
    expect(revisions(scenario)).toEqual(['2 agent:1', '3 agent:2']);
  });
});
