import { foregroundFinalizer, type KubeObject, orphanFinalizer, type OwnerReference } from '@berth/machinery';
import { hasFinalizer } from '../ownership.ts';
import type { Action, ClusterView, ReconcileKey } from '../reconciler.ts';
import { isDeletingDependents, ownerState } from './owners.ts';

/**
 * What becomes of an object with owners: it goes when none is left that keeps it, and loses its references to those that
 * are gone while another still does. https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export function collectDependent(
  key: ReconcileKey,
  dependent: KubeObject,
  view: ClusterView,
): readonly Action[] {
  const { ownerReferences = [], deletionTimestamp, uid = '' } = dependent.metadata;
  if (ownerReferences.length === 0 || (deletionTimestamp && !isDeletingDependents(dependent))) return [];
  const owners = ownerReferences.map((owner) => ({ owner, state: ownerState(owner, dependent, view) }));
  const keepers = owners
    .filter(({ state }) => state === 'solid' || state === 'unresolvable')
    .map(({ owner }) => owner);
  if (keepers.length === owners.length) return [];
  if (keepers.length > 0) return [withOwners(dependent, keepers)];
  if (deletionTimestamp) return [];

  const isWaitedFor = owners.some(({ state }) => state === 'waiting');
  // The owner waits for the whole tree: the dependent has to wait for its own dependents too.
  const dependents = isWaitedFor ? view.ownedBy(uid) : [];
  if (dependents.length > 0) {
    const unblocking = dependents.some(isDeletingDependents) ? [withoutBlocking(dependent)] : [];
    return [...unblocking, { type: 'delete', key, uid, propagationPolicy: 'Foreground' }];
  }
  return [{ type: 'delete', key, uid, propagationPolicy: policyOf(dependent) }];
}

/**
 * One of its own dependents waits for it, it may be in a circle: its owners no longer wait for it. As upstream, this takes
 * some for circles that are none, which then go in the background.
 */
function withoutBlocking(dependent: KubeObject): Action {
  const ownerReferences = dependent.metadata.ownerReferences ?? [];
  return withOwners(
    dependent,
    ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false })),
  );
}

function withOwners(dependent: KubeObject, ownerReferences: readonly OwnerReference[]): Action {
  const metadata = { ...dependent.metadata, ownerReferences: [...ownerReferences] };
  return { type: 'update', object: { ...dependent, metadata } };
}

/** A finalizer of the collector that is already on the object says how it is to go. */
function policyOf(dependent: KubeObject): 'Orphan' | 'Foreground' | 'Background' {
  if (hasFinalizer(dependent, orphanFinalizer)) return 'Orphan';
  if (hasFinalizer(dependent, foregroundFinalizer)) return 'Foreground';
  return 'Background';
}
