import type { Pod } from '@berth/kinds';
import { isOutOfService } from '../nodes/node-facts.ts';
import { keysOfPodNews } from '../nodes/news-to-pods.ts';
import { hasNode, nodeNamed, podsOfNode } from '../nodes/nodes-of-pods.ts';
import { isPodEnded } from '../pods/pod-state.ts';
import type {
  Action,
  ClusterView,
  ObservedChange,
  ReconcileContext,
  Reconciler,
  ReconcileKey,
} from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { endedPodActions } from './ended-pods.ts';
import { forgivenPodActions, orphanedPodActions } from './orphaned-pod.ts';
import { removePod } from './remove-pod.ts';

/** Stands for all pods that ended. */
const endedPods: ReconcileKey = { resource: 'pods', namespace: '', name: '' };

/**
 * Removes pods that no node agent will ever end: of nodes that are no more, terminating ones without a node or of a node that is
 * out of service; and the oldest of too many that have ended. A node's key stands for all its pods.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection
 */
export const podGarbageCollector: Reconciler = {
  name: 'pod-garbage-collector',
  keysOf: podGarbageKeys,
  reconcile: (key, view, context) => {
    if (key.resource === 'nodes') return actionsOfNode(podsOfNode(view, key.name), view, context);
    if (key.name === endedPods.name) return endedPodActions(view, context);
    const pod = view.get<Pod>(key);
    return pod ? actionsOfPod(pod, view, context.now) : [];
  },
};

function actionsOfPod(pod: Pod, view: ClusterView, now: Date): readonly Action[] {
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const { nodeName } = pod.spec ?? {};
  if (!nodeName) return isTerminating ? removePod(pod) : [];
  if (!hasNode(pod, view)) return orphanedPodActions(pod, now);
  const node = nodeNamed(view, nodeName);
  return isTerminating && node && isOutOfService(node) ? removePod(pod) : forgivenPodActions(pod);
}

/** What is left over of many pods is the key's next work, in the same turn as long as its budget lasts. */
function actionsOfNode(
  pods: readonly Pod[],
  view: ClusterView,
  { now, podsAtOnce }: ReconcileContext,
): readonly Action[] {
  const actions: Action[] = [];
  let changed = 0;
  let next: Date | undefined;
  for (const pod of pods) {
    const ofPod = actionsOfPod(pod, view, now);
    if (ofPod.some(({ type }) => type !== 'wakeAt') && ++changed > podsAtOnce) {
      next = now;
      break;
    }
    for (const action of ofPod) {
      if (action.type !== 'wakeAt') actions.push(action);
      else if (next === undefined || action.at < next) next = action.at;
    }
  }
  return next === undefined ? actions : [...actions, { type: 'wakeAt', at: next }];
}

function podGarbageKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { resource, before, after } = change;
  if (resource === 'nodes') return keysOfPodNews(change);
  if (resource !== 'pods' || !after) return [];
  const pod: Pod = after;
  const hasJustEnded = isPodEnded(pod) && !(before && isPodEnded(before));
  return [...(isGarbage(pod, view) ? [keyOf(resource, after)] : []), ...(hasJustEnded ? [endedPods] : [])];
}

function isGarbage(pod: Pod, view: ClusterView): boolean {
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const { nodeName } = pod.spec ?? {};
  if (!nodeName) return isTerminating;
  if (!hasNode(pod, view)) return true;
  const node = isTerminating ? nodeNamed(view, nodeName) : undefined;
  return node !== undefined && isOutOfService(node);
}
