import { type KubeObject, matchesLabels } from '@berth/machinery';
import { controllerReference, isControlledBy, withoutOwner } from '../ownership.ts';
import { mostPodsAtOnce } from '../pods/most-pods-at-once.ts';
import type { Action, ClusterView } from '../reconciler.ts';
import type { OwnerKind } from './owner-kind.ts';

export interface ClaimOptions<T extends KubeObject, D extends KubeObject> {
  readonly owner: OwnerKind<T>;
  /** The resource of the dependents: `pods`. */
  readonly resource: string;
  readonly view: ClusterView;
  /** Which dependents are worth adopting or releasing. Default: all. */
  readonly isWanted?: (dependent: D) => boolean;
  /** Which dependents the claimant is done with for good: they are let go as others are, but not claimed. Default: none. */
  readonly isOver?: (dependent: D) => boolean;
  /** What else changes on a dependent that is adopted, or released. */
  readonly onAdopt?: (dependent: D) => D;
  readonly onRelease?: (dependent: D) => D;
}

export interface Claim<D extends KubeObject> {
  /** What the object controls and selects, and is not done with. If it is being deleted: all that it controls, selected or not. */
  readonly claimed: readonly D[];
  /**
   * Adoptions and releases. A reconcile that has some does nothing else: they wake the key again in the same turn, and what
   * it decides then, it decides from what is really its own.
   */
  readonly actions: readonly Action[];
}

/** Dependents that are over, by what was asked when that was found out. An object never changes: its next revision is another one. */
const over = new WeakMap<KubeObject, string>();

/**
 * Settles which dependents an object has: it adopts those that it selects and that nobody controls, and lets go of those
 * that it controls and selects no more. What is being deleted is not adopted, and who is being deleted does neither.
 * https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
 */
export function claimObjects<T extends KubeObject, D extends KubeObject>(
  claimant: T,
  options: ClaimOptions<T, D>,
): Claim<D> {
  const { owner, resource, view, isWanted = () => true, isOver = () => false } = options;
  const { uid = '', namespace = '', deletionTimestamp } = claimant.metadata;
  const owned = view.ownedBy<D>(uid, resource);
  const requirements = owner.selectorOf(claimant);
  if (deletionTimestamp || !requirements) {
    const claimed = owned.filter((object) => !isOver(object) && isControlledBy(object, claimant));
    return { claimed, actions: [] };
  }

  // One pass: there may be thousands, and each change of one asks for all.
  const claimed: D[] = [];
  const strangers: D[] = [];
  const question = JSON.stringify([uid, requirements]);
  for (const object of owned) {
    if (over.get(object) === question || !isControlledBy(object, claimant)) continue;
    if (matchesLabels(object.metadata.labels, requirements)) {
      if (isOver(object)) over.set(object, question);
      else claimed.push(object);
    } else if (isWanted(object)) strangers.push(object);
  }
  const adoptable = view
    .loose<D>(resource, namespace, requirements)
    .filter((object) => !object.metadata.deletionTimestamp && isWanted(object));
  const { onAdopt = unchanged, onRelease = unchanged } = options;
  const updates = [
    ...strangers.map((object) => onRelease(withoutOwner(object, uid))),
    ...adoptable.map((object) => onAdopt(withController(object, claimant))),
  ];
  return {
    claimed,
    actions: updates.slice(0, mostPodsAtOnce).map((object): Action => ({ type: 'update', object })),
  };
}

/** The object under a controller. A reference to it that was there already becomes the controller's. */
function withController<D extends KubeObject>(object: D, controller: KubeObject): D {
  const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== controller.metadata.uid);
  const ownerReferences = [...others, controllerReference(controller)];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

function unchanged<D>(object: D): D {
  return object;
}
