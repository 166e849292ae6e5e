import type { DaemonSet, Node } from '@berth/kinds';
import { ownerKeysOfDependent } from '../claims/owner-kind.ts';
import { roomierNamespace } from '../quota-news.ts';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { daemonSetOwner, daemonSetsResource, statusOf } from './daemon-set-facts.ts';
import { eligibilityOf } from './eligible-nodes.ts';
import { isNodeNews } from './node-changes.ts';

/** DaemonSets that changed, whose pods changed, to whom a node has come to matter or matters no more, and who may have been short of room. */
export function daemonSetKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  if (change.resource === daemonSetsResource) return keysOfDaemonSet(change);
  if (change.resource === 'pods') return ownerKeysOfDependent(change, view, daemonSetOwner);
  if (change.resource === 'nodes') return keysOfNode(change, view);
  const roomier = roomierNamespace(change, view.registry);
  return roomier === undefined
    ? []
    : keysOf(view.list<DaemonSet>(daemonSetsResource, roomier).filter(lacksPods));
}

function keysOfDaemonSet({ before, after }: ObservedChange): readonly ReconcileKey[] {
  const object = after ?? before;
  return object ? [keyOf(daemonSetsResource, object)] : [];
}

function keysOfNode(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  if (!isNodeNews(change)) return [];
  const [old, next]: [Node | undefined, Node | undefined] = [change.before, change.after];
  const daemonSets = view.list<DaemonSet>(daemonSetsResource);
  if (!old || !next) return keysOf(daemonSets);
  return keysOf(
    daemonSets.filter((daemonSet) => {
      const [was, is] = [eligibilityOf(daemonSet, old), eligibilityOf(daemonSet, next)];
      return was.shouldRun !== is.shouldRun || was.mayStay !== is.mayStay;
    }),
  );
}

function keysOf(daemonSets: readonly DaemonSet[]): readonly ReconcileKey[] {
  return daemonSets.map((daemonSet) => keyOf(daemonSetsResource, daemonSet));
}

function lacksPods(daemonSet: DaemonSet): boolean {
  const { currentNumberScheduled: current, desiredNumberScheduled: desired } = statusOf(daemonSet);
  return current < desired;
}
