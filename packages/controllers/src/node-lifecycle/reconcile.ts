import type { Node, Pod } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { isNodeReady, isNodeSilent, notReadyTaint, unreachableTaint } from '../nodes/node-facts.ts';
import { keysOfPodNews } from '../nodes/news-to-pods.ts';
import { nodeKey, nodeNamed, podsOfNode } from '../nodes/nodes-of-pods.ts';
import { isPodReady } from '../pods/pod-state.ts';
import type {
  Action,
  ClusterView,
  ObservedChange,
  ReconcileContext,
  Reconciler,
  ReconcileKey,
} from '../reconciler.ts';
import { lifecycleTaints } from './lifecycle-taints.ts';

/**
 * Says by taints what is wrong with a node, where the Node is an object of this cluster, and takes readiness from the
 * pods of a node that fell silent, in every cluster that has some there. That a node is silent is found out elsewhere: by
 * the clock, and by Leases that are not in the log.
 * https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
 */
export const nodeLifecycleController: Reconciler = {
  name: 'node-controller',
  keysOf: (change, view) => (change.resource === 'nodes' ? keysOfNode(change, view) : []),
  reconcile: (key, view, context) => {
    const own = view.get<Node>(key);
    return [...(own ? taintActions(own, view, context.now) : []), ...unreadyActions(key.name, view, context)];
  },
};

/** Whether pods have to leave a node depends on whether any other one is left: all nodes, when one comes to be ready or not. */
function keysOfNode(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const [before, after]: [Node | undefined, Node | undefined] = [change.before, change.after];
  const own = after ? [nodeKey(after.metadata.name)] : keysOfPodNews(change);
  const [wasReady, isReady] = [before, after].map((node) => node !== undefined && isNodeReady(node));
  if (wasReady === isReady) return own;
  return [...own, ...view.list<Node>('nodes').map(({ metadata }) => nodeKey(metadata.name))];
}

/**
 * Where no node is ready the trouble is rather with who looks than with all of them: nothing is driven out, as upstream
 * does when all zones are disrupted.
 */
function taintActions(node: Node, view: ClusterView, now: Date): readonly Action[] {
  const drivesOut = !isNodeReady(node) && view.list<Node>('nodes').some(isNodeReady);
  const taints = lifecycleTaints(node, { drivesOut, now });
  if (taints === node.spec?.taints || (taints.length === 0 && !node.spec?.taints)) return [];
  const { taints: _taints, ...spec } = node.spec ?? {};
  const next = { ...node, spec: taints.length === 0 ? spec : { ...spec, taints: [...taints] } };
  return [{ type: 'update', object: next }, ...newsOf(node, next)];
}

function newsOf(before: Node, after: Node): readonly Action[] {
  const [wasInTrouble, isInTrouble] = [isTaintedUnready(before), isTaintedUnready(after)];
  if (wasInTrouble === isInTrouble) return [];
  const reason = isInTrouble ? 'NodeNotReady' : 'NodeReady';
  const message = `Node ${after.metadata.name} status is now: ${reason}`;
  return [{ type: 'event', regarding: after, eventType: 'Normal', reason, message }];
}

function isTaintedUnready({ spec }: Node): boolean {
  return (spec?.taints ?? []).some(
    ({ key, effect }) => effect === 'NoSchedule' && (key === notReadyTaint || key === unreachableTaint),
  );
}

/** Nobody can say that these pods are ready; where the agent itself says that its node is not, it speaks for its pods. */
function unreadyActions(
  name: string,
  view: ClusterView,
  { now, podsAtOnce }: ReconcileContext,
): readonly Action[] {
  const node = nodeNamed(view, name);
  if (!node || !isNodeSilent(node)) return [];
  const ready = podsOfNode(view, name).filter(isPodReady);
  return [
    ...ready.slice(0, podsAtOnce).flatMap((pod) => unready(pod, now)),
    ...(ready.length > podsAtOnce ? [{ type: 'wakeAt' as const, at: now }] : []),
  ];
}

function unready(pod: Pod, now: Date): readonly Action[] {
  const conditions = (pod.status?.conditions ?? []).map((condition) =>
    condition.type === 'Ready'
      ? { ...condition, status: 'False', lastTransitionTime: toTime(now) }
      : condition,
  );
  return [
    { type: 'updateStatus', object: { ...pod, status: { ...pod.status, conditions } } },
    {
      type: 'event',
      regarding: pod,
      eventType: 'Warning',
      reason: 'NodeNotReady',
      message: 'Node is not ready',
    },
  ];
}
