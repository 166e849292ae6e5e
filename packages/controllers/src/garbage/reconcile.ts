import type { KubeObject, OwnerReference } from '@berth/machinery';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { collectDependent } from './collect-dependent.ts';
import { collectOfOwner } from './collect-of-owner.ts';
import { ownerKey, ownerState } from './owners.ts';
import { releaseOwner } from './release-owner.ts';
import { reportForeignOwner } from './report-foreign-owner.ts';

/** Stands for the dependents of one owner, whose uid is the key's name: one key for any number of them. */
const dependentsOf = 'dependents-of';

/** https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
export const garbageCollector: Reconciler = {
  name: 'garbage-collector-controller',
  keysOf: garbageKeys,
  reconcile: (key, view, { now }) => {
    if (key.resource === dependentsOf) return collectOfOwner(key.name, view, now);
    const object = view.get(key);
    if (!object) return [];
    const released = releaseOwner(object, view, now);
    return released.length > 0 ? released : collectOne(key, object, view);
  },
};

function collectOne(key: ReconcileKey, object: KubeObject, view: ClusterView): readonly Action[] {
  const collected = collectDependent(key, object, view);
  const { ownerReferences = [], deletionTimestamp } = object.metadata;
  const foreign = ownerReferences.filter((owner) => {
    const state = ownerState(owner, object, view);
    return (state === 'absent' && collected.length > 0) || (state === 'unresolvable' && !deletionTimestamp);
  });
  return [...foreign.flatMap(({ uid }) => reportForeignOwner(object, uid, view)), ...collected];
}

function garbageKeys(
  { resource, before, after }: ObservedChange,
  view: ClusterView,
): readonly ReconcileKey[] {
  const keys: ReconcileKey[] = [];
  if (after) {
    if (after.metadata.deletionTimestamp || hasNewLostOwner(before, after, view))
      keys.push(keyOf(resource, after));
  } else if (before?.metadata.uid && view.ownedBy(before.metadata.uid).length > 0) {
    keys.push({ resource: dependentsOf, namespace: '', name: before.metadata.uid });
  }
  // An owner that is deleted in the foreground waits for this object.
  for (const owner of before?.metadata.ownerReferences ?? []) {
    if (after && isHeldAsBefore(owner, after)) continue;
    const key = before && ownerKey(owner, before.metadata.namespace ?? '', view);
    if (key && view.get(key)?.metadata.deletionTimestamp) keys.push(key);
  }
  return keys;
}

/** Whether the object still owns up to the owner, and holds its deletion back if it did. */
function isHeldAsBefore(owner: OwnerReference, { metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, blockOwnerDeletion }) => uid === owner.uid && (blockOwnerDeletion || !owner.blockOwnerDeletion),
  );
}

/** References to owners that are gone already; those that go later tell so themselves. */
function hasNewLostOwner(before: KubeObject | undefined, after: KubeObject, view: ClusterView): boolean {
  return (after.metadata.ownerReferences ?? []).some((owner) => {
    if (before?.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid)) return false;
    return ownerState(owner, after, view) !== 'solid';
  });
}
