import type { Pod, PodCondition } from '@berth/kinds';
import { type KubeObject, toTime } from '@berth/machinery';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** A node that is missing only for so long has lost nothing: it may be coming back. */
const quarantineMs = 40_000;
const disruption = 'DisruptionTarget';
const reason = 'DeletionByPodGC';

/** Removes pods that no node agent will ever end: of nodes that are no more, and terminating ones without a node. */
export const podGarbageCollector: Reconciler = {
  name: 'pod-garbage-collector',
  keysOf: podGarbageKeys,
  reconcile: (key, view, { now }) => {
    const pod = view.get<Pod>(key);
    if (!pod) return [];
    if (!pod.spec?.nodeName) {
      return pod.metadata.deletionTimestamp ? removeActions(pod) : [];
    }
    return hasNode(pod, view) ? forgive(pod) : reconcileLost(pod, now);
  },
};

function reconcileLost(pod: Pod, now: Date): readonly Action[] {
  const marked = pod.status?.conditions?.find(isMark);
  if (!marked) return [mark(pod, now), { type: 'wakeAt', at: new Date(now.getTime() + quarantineMs) }];
  const due = Date.parse(marked.lastTransitionTime ?? '') + quarantineMs;
  if (due > now.getTime()) return [{ type: 'wakeAt', at: new Date(due) }];
  return removeActions(pod);
}

/** Fails the pod first, so that its Job counts it, and deletes it without grace. */
function removeActions(pod: Pod): readonly Action[] {
  const { phase } = pod.status ?? {};
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  const status = { ...pod.status, phase: 'Failed' as const };
  const key = keyOf('pods', pod);
  const isGoing =
    pod.metadata.deletionTimestamp !== undefined && pod.metadata.deletionGracePeriodSeconds === 0;
  return [
    ...(hasEnded ? [] : [{ type: 'updateStatus' as const, object: { ...pod, status } }]),
    ...(isGoing
      ? []
      : [{ type: 'delete' as const, key, uid: pod.metadata.uid ?? '', gracePeriodSeconds: 0 }]),
  ];
}

function mark(pod: Pod, now: Date): Action {
  const condition: PodCondition = {
    type: disruption,
    status: 'True',
    lastTransitionTime: toTime(now),
    reason,
    message: 'PodGC: node no longer exists',
  };
  return withConditions(pod, [...otherConditions(pod), condition]);
}

/** The node is back: what was marked stays. */
function forgive(pod: Pod): readonly Action[] {
  return pod.status?.conditions?.some(isMark) ? [withConditions(pod, otherConditions(pod))] : [];
}

function withConditions(pod: Pod, conditions: PodCondition[]): Action {
  return { type: 'updateStatus', object: { ...pod, status: { ...pod.status, conditions } } };
}

function otherConditions(pod: Pod): PodCondition[] {
  return (pod.status?.conditions ?? []).filter((condition) => !isMark(condition));
}

function isMark(condition: PodCondition): boolean {
  return condition.type === disruption && condition.reason === reason;
}

/** A view without any node says nothing about nodes: no pod is given up on its word. */
function hasNode(pod: Pod, view: ClusterView): boolean {
  const nodes = view.nodes();
  return nodes.length === 0 || nodes.some(({ node }) => node.metadata.name === pod.spec?.nodeName);
}

function podGarbageKeys(
  { resource, before, after }: ObservedChange,
  view: ClusterView,
): readonly ReconcileKey[] {
  if (resource === 'nodes') return keysOfNode({ before, after }, view);
  if (resource !== 'pods' || !after) return [];
  const pod: Pod = after;
  const isLost = pod.spec?.nodeName ? !hasNode(pod, view) : pod.metadata.deletionTimestamp !== undefined;
  return isLost ? [keyOf(resource, pod)] : [];
}

/** Nodes that came or went; a node's status is nothing to its pods. */
function keysOfNode(
  { before, after }: { before: KubeObject | undefined; after: KubeObject | undefined },
  view: ClusterView,
): readonly ReconcileKey[] {
  if (before && after) return [];
  const name = (before ?? after)?.metadata.name;
  return view
    .list<Pod>('pods')
    .filter((pod) => pod.spec?.nodeName === name)
    .map((pod) => keyOf('pods', pod));
}
