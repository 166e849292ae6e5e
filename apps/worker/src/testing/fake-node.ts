import { setTimeout as delay } from 'node:timers/promises';
import type { Node, Pod } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { Store } from '@berth/store';
import { clusterClient } from './cluster-client.ts';

export interface FakeNodeOptions {
  readonly name: string;
  /** Default: room for 1,000 pods. */
  readonly allocatable?: Record<string, string>;
  /** What becomes of a pod: the exit code of its containers, or `running` for good. Default: 0. */
  readonly outcome?: (pod: Pod) => number | 'running';
}

/** A node whose kubelet is this: pods bound to it run and end as soon as it hears of them. */
export interface FakeNode {
  readonly name: string;
  /** Pods that it has begun to run, by uid: each of them once, whoever asks. */
  readonly ran: ReadonlyMap<string, { readonly clusterId: string; readonly name: string }>;
  stop(): Promise<void>;
}

const roomForAThousand = { cpu: '1000', memory: '1000Gi', pods: '1000' };

/** Registers the node with the fleet and plays its kubelet until stopped. */
export async function startFakeNode(store: Store, options: FakeNodeOptions): Promise<FakeNode> {
  const { name, outcome = () => 0 } = options;
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: {
      allocatable: options.allocatable ?? roomForAThousand,
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
  await clusterClient(store, 'system').create(node);

  const ran = new Map<string, { clusterId: string; name: string }>();
  const runPod = async (ref: {
    clusterId: string;
    namespace: string;
    name: string;
    uid: string;
  }): Promise<void> => {
    const cluster = clusterClient(store, ref.clusterId);
    const key = { resource: 'pods', namespace: ref.namespace, name: ref.name };
    const pod = await cluster.get<Pod>(key);
    if (!pod || pod.metadata.uid !== ref.uid) return;
    if (pod.metadata.deletionTimestamp) {
      await cluster.remove(key, { gracePeriodSeconds: 0 });
      return;
    }
    if (pod.status?.phase !== 'Pending' || ran.has(ref.uid)) return;
    ran.set(ref.uid, { clusterId: ref.clusterId, name: ref.name });
    await cluster.updateStatus<Pod>(key, running);
    const code = outcome(pod);
    if (code !== 'running') await cluster.updateStatus<Pod>(key, (current) => ended(current, code));
  };

  let isStopped = false;
  const playing = (async () => {
    while (!isStopped) {
      const assigned = await store.assignedTo(name).catch(() => []);
      const pods = assigned.filter(({ resource }) => resource === 'pods');
      // A pod may be gone between hearing of it and writing its status.
      await Promise.all(pods.map((pod) => runPod(pod).catch(() => undefined)));
      await delay(20);
    }
  })();
  return {
    name,
    ran,
    stop: async () => {
      isStopped = true;
      await playing;
    },
  };
}

function running(pod: Pod): Pod {
  const startedAt = toTime(new Date());
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: 'Running',
      startTime: startedAt,
      conditions: [...(pod.status?.conditions ?? []), { type: 'Ready', status: 'True' }],
      containerStatuses: containerStatuses(pod, { running: { startedAt } }),
    },
  };
}

function ended(pod: Pod, exitCode: number): Pod {
  const finishedAt = toTime(new Date());
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: finishedAt,
    finishedAt,
  };
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: containerStatuses(pod, { terminated }),
    },
  };
}

function containerStatuses(pod: Pod, state: object) {
  return (pod.spec?.containers ?? []).map(({ name, image = '' }) => ({
    name,
    image,
    imageID: '',
    ready: 'running' in state,
    restartCount: 0,
    state,
  }));
}
