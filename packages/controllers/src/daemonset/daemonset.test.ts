import type { Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import {
  agent,
  agentOf,
  changeNode,
  placement,
  podOn,
  rollOn,
  startWithNodes,
} from '../testing/daemon-scenario.ts';

const taint = (effect: 'NoSchedule' | 'NoExecute', key = 'only') => ({ spec: { taints: [{ key, effect }] } });

describe('a DaemonSet', () => {
  it('has a pod on each node, bound by the scheduler, in one turn', () => {
    const { cluster } = startWithNodes('a', 'b', 'c');
    cluster.create(agentOf());
    cluster.turn();
    const pods = cluster.list<Pod>('pods');
    expect(pods.map(({ spec }) => spec?.nodeName ?? '').sort()).toEqual(['a', 'b', 'c']);
    const [pod] = pods;
    expect(pod?.metadata).toMatchObject({
      generateName: 'agent-',
      labels: {
        app: 'agent',
        'pod-template-generation': '1',
        'controller-revision-hash': expect.stringMatching(/^[a-z0-9]{7,10}$/),
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', controller: true }],
    });
    expect(pod?.spec?.affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: [pod?.spec?.nodeName] }] },
          ],
        },
      },
    });
    expect(pod?.spec?.tolerations?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      'node.kubernetes.io/not-ready:NoExecute',
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/disk-pressure:NoSchedule',
      'node.kubernetes.io/memory-pressure:NoSchedule',
      'node.kubernetes.io/pid-pressure:NoSchedule',
      'node.kubernetes.io/unschedulable:NoSchedule',
    ]);
    expect(cluster.events('agent').sort()).toEqual(
      pods.map(({ metadata }) => `SuccessfulCreate: Created pod: ${metadata.name}`).sort(),
    );
    cluster.settle();
    expect(cluster.turn().writes).toEqual([]);
  });

  it('tells the numbers of its pods', () => {
    const { cluster, kubelet } = startWithNodes('a', 'b');
    cluster.create(agentOf({ spec: { minReadySeconds: 10 } }));
    cluster.settle();
    expect(agent(cluster).status).toEqual({
      currentNumberScheduled: 2,
      desiredNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 0,
      numberUnavailable: 2,
      observedGeneration: 1,
      updatedNumberScheduled: 2,
    });
    kubelet.runAll();
    cluster.settle();
    expect(agent(cluster).status).toMatchObject({ numberReady: 2, numberUnavailable: 2 });
    cluster.advance(10);
    expect(agent(cluster).status).toMatchObject({ numberReady: 2, numberAvailable: 2 });
    expect(agent(cluster).status).not.toHaveProperty('numberUnavailable');
  });

  it('replaces a pod that was deleted once it is gone, and no sooner', () => {
    const scenario = startWithNodes('a');
    const { cluster, kubelet } = scenario;
    cluster.create(agentOf());
    rollOn(scenario);
    cluster.delete(podOn(cluster, 'a'));
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=agent:1']);
    kubelet.finishTerminating();
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:1']);
  });

  it('needs a network that is not there only if it is on that of the host', () => {
    const { cluster } = startWithNodes('a');
    cluster.create(agentOf({ podSpec: { hostNetwork: true } }));
    cluster.settle();
    const keys = podOn(cluster, 'a').spec?.tolerations?.map(({ key }) => key);
    expect(keys).toContain('node.kubernetes.io/network-unavailable');
  });

  it('takes its own tolerations of a default taint as lasting', () => {
    const { cluster } = startWithNodes('a');
    const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' } as const;
    cluster.create(agentOf({ podSpec: { tolerations: [{ ...own, tolerationSeconds: 5 }] } }));
    cluster.settle();
    expect(podOn(cluster, 'a').spec?.tolerations?.filter(({ key }) => key === own.key)).toEqual([own]);
  });

  it('that is being deleted makes no more pods', () => {
    const scenario = startWithNodes('a');
    const { cluster } = scenario;
    cluster.create(agentOf());
    rollOn(scenario);
    cluster.delete(agent(cluster), { propagationPolicy: 'Foreground' });
    changeNode(cluster, 'b', {});
    cluster.settle();
    expect(placement(cluster)).toEqual(['-a=agent:1']);
    rollOn(scenario);
    expect(cluster.list('daemonsets.apps')).toEqual([]);
  });
});

describe('the nodes of a DaemonSet', () => {
  it('are those with its labels, as they come, are labelled and go', () => {
    const scenario = startWithNodes('a', 'b');
    const { cluster } = scenario;
    cluster.create(agentOf({ podSpec: { nodeSelector: { disk: 'nvme' } } }));
    rollOn(scenario);
    expect(placement(cluster)).toEqual([]);
    expect(agent(cluster).status).toMatchObject({ desiredNumberScheduled: 0 });

    changeNode(cluster, 'b', { metadata: { name: 'b', labels: { disk: 'nvme' } } });
    changeNode(cluster, 'c', { metadata: { name: 'c', labels: { disk: 'nvme' } } });
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['b=agent:1', 'c=agent:1']);

    changeNode(cluster, 'b', { metadata: { name: 'b', labels: { disk: 'hdd' } } });
    cluster.settle();
    expect(placement(cluster)).toEqual(['-b=agent:1', 'c=agent:1']);
    expect(agent(cluster).status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['c=agent:1']);
    expect(agent(cluster).status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 0 });

    changeNode(cluster, 'c', undefined);
    cluster.settle();
    expect(agent(cluster).status).toMatchObject({ desiredNumberScheduled: 0, currentNumberScheduled: 0 });
  });

  it('are those that the template names or prefers by required affinity', () => {
    const { cluster } = startWithNodes('a', 'b');
    cluster.create(agentOf({ podSpec: { nodeName: 'b' } }));
    cluster.settle();
    expect(placement(cluster)).toEqual(['b=agent:1']);

    const { cluster: other } = startWithNodes('a', 'b');
    const nodeSelectorTerms = [
      { matchFields: [{ key: 'metadata.name', operator: 'NotIn' as const, values: ['b'] }] },
    ];
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    other.create(agentOf({ podSpec: { affinity: { nodeAffinity: required } } }));
    other.settle();
    expect(placement(other)).toEqual(['a=agent:1']);
  });

  it.each([
    ['NoSchedule keeps new pods away, and lets those stay that are there', 'NoSchedule', ['a=agent:1']],
    ['NoExecute drives them out', 'NoExecute', ['-a=agent:1']],
  ] as const)('with a taint: %s', (_name, effect, expected) => {
    const scenario = startWithNodes('a');
    const { cluster } = scenario;
    cluster.create(agentOf());
    rollOn(scenario);
    changeNode(cluster, 'a', taint(effect));
    changeNode(cluster, 'b', taint(effect));
    cluster.settle();
    expect(placement(cluster)).toEqual(expected);
    expect(agent(cluster).status).toMatchObject({
      desiredNumberScheduled: 0,
      numberMisscheduled: 1,
    });
  });

  it.each([
    ['node.kubernetes.io/unschedulable', 'NoSchedule'],
    ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
    ['node.kubernetes.io/unreachable', 'NoExecute'],
  ] as const)('may be in trouble: %s does not keep its pods away', (key, effect) => {
    const { cluster } = startWithNodes();
    changeNode(cluster, 'a', taint(effect, key));
    cluster.create(agentOf());
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:1']);
  });

  it('that change in other ways wake nobody', () => {
    const { cluster } = startWithNodes('a');
    cluster.create(agentOf());
    cluster.settle();
    changeNode(cluster, 'a', { status: { nodeInfo: { kernelVersion: '7' } } } as object);
    expect(cluster.turn().writes).toEqual([]);
  });

  it('that vanish take with them the pods that nobody bound yet', () => {
    const { cluster } = startWithNodes('a');
    changeNode(cluster, 'a', { status: { allocatable: { cpu: '0', memory: '0', pods: '0' } } });
    cluster.create(agentOf());
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:1']);
    expect(podOn(cluster, 'a').spec?.nodeName).toBeUndefined();
    changeNode(cluster, 'a', undefined);
    cluster.settle();
    expect(placement(cluster)).toEqual([]);
  });
});

describe('the pods of a DaemonSet', () => {
  it('are adopted if they have its labels, and one too many goes', () => {
    const scenario = startWithNodes('a');
    const { cluster } = scenario;
    cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stray', namespace: 'default', labels: { app: 'agent' } },
      spec: { nodeName: 'a', containers: [{ name: 'main', image: 'other' }] },
    });
    cluster.settle();
    cluster.create(agentOf({ spec: { updateStrategy: { type: 'OnDelete' } } }));
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=other']);
    expect(agent(cluster).status).toMatchObject({ currentNumberScheduled: 1, numberReady: 1 });

    cluster.advance(1);
    cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'second', namespace: 'default', labels: { app: 'agent' } },
      spec: { nodeName: 'a', containers: [{ name: 'main', image: 'second' }] },
    });
    rollOn(scenario);
    expect(placement(cluster)).toEqual(['a=other']);
  });

  it('are released when they lose its labels, and replaced', () => {
    const scenario = startWithNodes('a');
    const { cluster } = scenario;
    cluster.create(agentOf());
    rollOn(scenario);
    const pod = podOn(cluster, 'a');
    cluster.update({ ...pod, metadata: { ...pod.metadata, labels: { app: 'loose' } } });
    cluster.settle();
    expect(placement(cluster)).toEqual(['a=agent:1', 'a=agent:1']);
    expect(cluster.get('pods', 'default', pod.metadata.name)?.metadata).not.toHaveProperty('ownerReferences');
  });

  it('that failed are replaced: the first at once, further ones after 1 s, 2 s, 4 s', () => {
    const { cluster, kubelet } = startWithNodes('a');
    cluster.create(agentOf());
    cluster.settle();
    const fail = () => {
      const pod = podOn(cluster, 'a');
      kubelet.end(pod, 1);
      cluster.settle();
      return pod.metadata.name;
    };
    const first = fail();
    expect(podOn(cluster, 'a').metadata.name).not.toBe(first);
    expect(cluster.events('agent')).toContain(
      `FailedDaemonPod: Found failed daemon pod default/${first} on node a, will try to kill it`,
    );
    for (const seconds of [1, 2, 4]) {
      const failed = fail();
      expect(podOn(cluster, 'a').metadata.name).toBe(failed);
      cluster.advance(seconds - 0.001);
      expect(podOn(cluster, 'a').metadata.name).toBe(failed);
      cluster.advance(0.001);
      expect(podOn(cluster, 'a').metadata.name).not.toBe(failed);
      expect(placement(cluster)).toEqual(['a=agent:1']);
    }
  });

  it('that ended well are replaced, too', () => {
    const { cluster, kubelet } = startWithNodes('a');
    cluster.create(agentOf());
    cluster.settle();
    const { name } = podOn(cluster, 'a').metadata;
    kubelet.end(podOn(cluster, 'a'), 0);
    cluster.settle();
    expect(podOn(cluster, 'a').metadata.name).not.toBe(name);
    expect(cluster.events('agent')).toContain(
      `SucceededDaemonPod: Found succeeded daemon pod default/${name} on node a, will try to delete it`,
    );
  });

  it('come to a thousand nodes in a few turns', () => {
    const { cluster } = startWithNodes(...Array.from({ length: 1000 }, (_, index) => `n${index}`));
    cluster.create(agentOf());
    cluster.settle();
    expect(agent(cluster).status).toMatchObject({ currentNumberScheduled: 1000 });
    expect(new Set(cluster.list<Pod>('pods').map(({ spec }) => spec?.nodeName)).size).toBe(1000);
    expect(cluster.turns).toBeLessThan(10);
  });
});
