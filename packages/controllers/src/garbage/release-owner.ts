import { foregroundFinalizer, type KubeObject, orphanFinalizer } from '@berth/machinery';
import { hasFinalizer, withoutFinalizer, withoutOwner } from '../ownership.ts';
import type { Action, ClusterView } from '../reconciler.ts';
import { collectDependent } from './collect-dependent.ts';
import { keyOfObject } from './key-of-object.ts';
import { isDeletingDependents } from './owners.ts';

const mostDependentsAtOnce = 500;

/** An object that the collector's finalizers hold: its dependents are orphaned, or gone, before it goes itself. */
export function releaseOwner(owner: KubeObject, view: ClusterView, now: Date): readonly Action[] {
  if (!owner.metadata.deletionTimestamp) return [];
  if (hasFinalizer(owner, orphanFinalizer)) return orphanDependents(owner, view, now);
  if (hasFinalizer(owner, foregroundFinalizer)) return awaitDependents(owner, view, now);
  return [];
}

function orphanDependents(owner: KubeObject, view: ClusterView, now: Date): readonly Action[] {
  const { uid = '' } = owner.metadata;
  const dependents = view.ownedBy(uid);
  const orphaned = dependents
    .slice(0, mostDependentsAtOnce)
    .map((dependent): Action => ({ type: 'update', object: withoutOwner(dependent, uid) }));
  if (dependents.length > mostDependentsAtOnce) return [...orphaned, { type: 'wakeAt', at: now }];
  return [...orphaned, { type: 'update', object: withoutFinalizer(owner, orphanFinalizer) }];
}

/** Only dependents that block their owner's deletion are waited for; the others go after it, in the background. */
function awaitDependents(owner: KubeObject, view: ClusterView, now: Date): readonly Action[] {
  const { uid = '' } = owner.metadata;
  const blocking = view
    .ownedBy(uid)
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion),
    );
  if (blocking.length === 0)
    return [{ type: 'update', object: withoutFinalizer(owner, foregroundFinalizer) }];
  const collecting = blocking
    .filter((dependent) => !isDeletingDependents(dependent))
    .flatMap((dependent) => {
      const key = keyOfObject(dependent, view);
      return key ? collectDependent(key, dependent, view) : [];
    });
  if (collecting.length <= mostDependentsAtOnce) return collecting;
  return [...collecting.slice(0, mostDependentsAtOnce), { type: 'wakeAt', at: now }];
}
