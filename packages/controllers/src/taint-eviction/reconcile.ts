import type { Pod, Taint } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { noExecuteTaints } from '../nodes/node-facts.ts';
import { keysOfPodNews } from '../nodes/news-to-pods.ts';
import { nodeNamed, podsOfNode } from '../nodes/nodes-of-pods.ts';
import { withDisruptionTarget } from '../pods/disruption-target.ts';
import type {
  Action,
  ClusterView,
  ObservedChange,
  ReconcileContext,
  Reconciler,
  ReconcileKey,
} from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { evictionTime } from './eviction-time.ts';

/**
 * Deletes pods from nodes with taints of effect NoExecute, as soon as they do not tolerate them any more. A node's key
 * stands for all its pods, so that they cost one timer; a pod that came to the node later, or tolerates other taints than
 * before, has its own. A taint that is gone by then, or a pod that tolerates it, is all that it takes to stay.
 */
export const taintEvictionController: Reconciler = {
  name: 'taint-eviction-controller',
  keysOf: (change, view) => (change.resource === 'pods' ? keysOfPod(change, view) : keysOfPodNews(change)),
  reconcile: (key, view, context) => {
    if (key.resource === 'nodes') {
      const taints = taintsOf(key.name, view);
      return taints.length === 0 ? [] : evict(podsOfNode(view, key.name), taints, context);
    }
    const pod = view.get<Pod>(key);
    return pod ? evict([pod], taintsOf(pod.spec?.nodeName, view), context) : [];
  },
};

function taintsOf(nodeName: string | undefined, view: ClusterView): readonly Taint[] {
  const node = nodeName ? nodeNamed(view, nodeName) : undefined;
  return node ? noExecuteTaints(node) : [];
}

function keysOfPod({ before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const pod: Pod | undefined = after;
  if (!pod?.spec?.nodeName || pod.metadata.deletionTimestamp) return [];
  if (taintsOf(pod.spec.nodeName, view).length === 0) return [];
  const was: Pod | undefined = before;
  const isSame =
    was?.spec?.nodeName === pod.spec.nodeName && semanticEqual(was.spec.tolerations, pod.spec.tolerations);
  return isSame ? [] : [keyOf('pods', pod)];
}

function evict(
  pods: readonly Pod[],
  taints: readonly Taint[],
  { now, podsAtOnce }: ReconcileContext,
): readonly Action[] {
  const due: Pod[] = [];
  let nextMs = Number.POSITIVE_INFINITY;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp) continue;
    const time = evictionTime(pod, taints);
    if (time === 'now' || (time && time <= now)) due.push(pod);
    else if (time) nextMs = Math.min(nextMs, time.getTime());
  }
  if (due.length > podsAtOnce) nextMs = now.getTime();
  return [
    ...due.slice(0, podsAtOnce).flatMap((pod) => evictionActions(pod, now)),
    ...(Number.isFinite(nextMs) ? [{ type: 'wakeAt' as const, at: new Date(nextMs) }] : []),
  ];
}

function evictionActions(pod: Pod, now: Date): readonly Action[] {
  const { namespace = '', name, uid = '' } = pod.metadata;
  const disrupted = withDisruptionTarget(pod, {
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    now,
  });
  return [
    { type: 'updateStatus', object: disrupted },
    {
      type: 'event',
      regarding: pod,
      eventType: 'Normal',
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${namespace}/${name}`,
    },
    { type: 'delete', key: keyOf('pods', pod), uid },
  ];
}
