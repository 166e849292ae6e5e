import type { Pod } from '@berth/kinds';
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
  if (change.resource === resource) return change.after ? [keyOf(resource, change.after)] : [];
  if (change.resource === 'pods') {
    return isRelevant(change) ? ownerKeysOfDependent(change, view, kind.owner) : [];
  }
  const roomier = roomierNamespace(change, view.registry);
  return roomier === undefined ? [] : shortOwners(kind, roomier, view);
}

/** That a pod is bound, say, changes nothing for its owner, and happens to each of its pods. */
function isRelevant({ before, after }: { before?: Pod | undefined; after?: Pod | undefined }): boolean {
  if (!before || !after) return true;
  return (
    isPodActive(before) !== isPodActive(after) ||
    isPodTerminating(before) !== isPodTerminating(after) ||
    isPodReady(before) !== isPodReady(after) ||
    readySince(before) !== readySince(after) ||
    before.metadata.labels !== after.metadata.labels ||
    before.metadata.ownerReferences !== after.metadata.ownerReferences
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
