import type { Pod } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { ownerKeysOfDependent } from '../claims/owner-kind.ts';
import { isPodActive, isPodReady, isPodTerminating, readySince } from '../pods/pod-state.ts';
import { roomierNamespace } from '../quota-news.ts';
import type { ClusterView, ObservedChange, ReconcileKey, Reconciler } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { reconcileReplicas } from './reconcile-replicas.ts';
import { type ReplicaKind, type ReplicaOwner, replicaSets, replicationControllers } from './replica-kind.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/ */
export const replicaSetController = replicaController(replicaSets);

/** https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/ */
export const replicationControllerController = replicaController(replicationControllers);

function replicaController<T extends ReplicaOwner>(kind: ReplicaKind<T>): Reconciler {
  return {
    name: kind.controller,
    keysOf: (change, view) => keysOf(kind, change, view),
    reconcile: (key, view, context) => reconcileReplicas(kind, key, { view, context }),
  };
}

/** Owners that changed, owners of pods that changed, and owners that may have been short of room. */
function keysOf<T extends ReplicaOwner>(
  kind: ReplicaKind<T>,
  change: ObservedChange,
  view: ClusterView,
): readonly ReconcileKey[] {
  const { resource } = kind.owner;
  if (change.resource === resource) {
    return change.after && !isOwnStatus(change) ? [keyOf(resource, change.after)] : [];
  }
  if (change.resource === 'pods') {
    return isRelevant(change) ? ownerKeysOfDependent(change, view, kind.owner) : [];
  }
  const roomier = roomierNamespace(change, view.registry);
  return roomier === undefined ? [] : shortOwners(kind, roomier, view);
}

/** A status that this very turn has written: within a turn, what a write leaves alone stays the same value. */
function isOwnStatus({ before, after }: ObservedChange): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    before.spec !== undefined &&
    before.spec === after.spec &&
    before.status !== after.status &&
    semanticEqual(before.metadata.labels, after.metadata.labels) &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp
  );
}

/** That a pod is bound, say, changes nothing for its owner, and happens to each of its pods. */
function isRelevant({ before, after }: { before?: Pod | undefined; after?: Pod | undefined }): boolean {
  if (!before || !after) return true;
  return (
    isPodActive(before) !== isPodActive(after) ||
    isPodTerminating(before) !== isPodTerminating(after) ||
    isPodReady(before) !== isPodReady(after) ||
    readySince(before) !== readySince(after) ||
    !semanticEqual(before.metadata.labels, after.metadata.labels) ||
    !semanticEqual(before.metadata.ownerReferences, after.metadata.ownerReferences)
  );
}

/** They may have been refused pods. */
function shortOwners<T extends ReplicaOwner>(
  { owner: { resource } }: ReplicaKind<T>,
  namespace: string,
  view: ClusterView,
): readonly ReconcileKey[] {
  return view
    .list<T>(resource, namespace)
    .filter(({ spec, status }) => (status?.replicas ?? 0) < (spec?.replicas ?? 0))
    .map((owner) => keyOf(resource, owner));
}
