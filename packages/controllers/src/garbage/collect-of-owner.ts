import type { KubeObject } from '@berth/machinery';
import type { Action, ClusterView } from '../reconciler.ts';
import { collectDependent } from './collect-dependent.ts';
import { keyOfObject } from './key-of-object.ts';
import { reportForeignOwner } from './report-foreign-owner.ts';

/** One reconcile collects no more dependents than that; the next one, in the same turn, goes on. */
const mostDependentsAtOnce = 500;

/** The dependents of an owner that is gone. */
export function collectOfOwner(ownerUid: string, view: ClusterView, now: Date): readonly Action[] {
  const dependents = view.ownedBy(ownerUid);
  const [first] = dependents;
  if (!first) return [];
  const actions: Action[] = [...reportForeignOwner(first, ownerUid, view)];
  let collected = 0;
  for (const dependent of dependents) {
    if (collected === mostDependentsAtOnce) return [...actions, { type: 'wakeAt', at: now }];
    const collecting = collect(dependent, view);
    if (collecting.length > 0) collected++;
    actions.push(...collecting);
  }
  return actions;
}

function collect(dependent: KubeObject, view: ClusterView): readonly Action[] {
  const key = keyOfObject(dependent, view);
  return key ? collectDependent(key, dependent, view) : [];
}
