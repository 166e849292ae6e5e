import type { StatefulSet } from '@berth/kinds';
import { ownerKeysOfDependent } from '../claims/owner-kind.ts';
import { roomierNamespace } from '../quota-news.ts';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { mayOwnClaim } from './claims-of-pod.ts';
import {
  claimsResource,
  specOf,
  statefulSetOwner,
  statefulSetsResource,
  statusOf,
} from './stateful-set-facts.ts';

/** StatefulSets that changed, whose pods changed, whose claims went, and who may have been short of room. */
export function statefulSetKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { resource, before, after } = change;
  if (resource === statefulSetsResource) return after ? [keyOf(statefulSetsResource, after)] : [];
  if (resource === 'pods') return ownerKeysOfDependent(change, view, statefulSetOwner);
  if (resource === claimsResource) {
    if (after || !before) return [];
    const { namespace = '', name } = before.metadata;
    return keysOf(namespace, view, (set) => mayOwnClaim(set, name));
  }
  const roomier = roomierNamespace(change, view.registry);
  return roomier === undefined ? [] : keysOf(roomier, view, lacksPods);
}

function keysOf(
  namespace: string,
  view: ClusterView,
  isMeant: (set: StatefulSet) => boolean,
): readonly ReconcileKey[] {
  const sets = view.list<StatefulSet>(statefulSetsResource, namespace).filter(isMeant);
  return sets.map((set) => keyOf(statefulSetsResource, set));
}

function lacksPods(set: StatefulSet): boolean {
  return statusOf(set).replicas < (specOf(set).replicas ?? 1);
}
