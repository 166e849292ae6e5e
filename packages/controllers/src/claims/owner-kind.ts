import type { KubeObject } from '@berth/machinery';
import { controllerOf } from '../ownership.ts';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { SelectorIndex, type SelectorOf } from '../selection/selector-index.ts';
import { keyOf } from '../turn/base-view.ts';

/** A kind whose objects control others: those that they made, and those that they select and that nobody controls. */
export interface OwnerKind<T extends KubeObject> {
  /** As in the store: `replicasets.apps`. */
  readonly resource: string;
  readonly group: string;
  readonly kind: string;
  /** What an object takes on; undefined if nothing. */
  readonly selectorOf: SelectorOf<T>;
  readonly indexOf: (owners: readonly T[]) => SelectorIndex<T>;
}

export function ownerKind<T extends KubeObject>(options: Omit<OwnerKind<T>, 'indexOf'>): OwnerKind<T> {
  return { ...options, indexOf: (owners) => new SelectorIndex(owners, options.selectorOf) };
}

/** The object of this kind that controls `dependent`, if it is the one that the reference means. */
export function controllingOwner<T extends KubeObject>(
  dependent: KubeObject,
  view: ClusterView,
  owner: OwnerKind<T>,
): T | undefined {
  const reference = controllerOf(dependent);
  if (!reference || !refersTo(reference, owner)) return undefined;
  const namespace = dependent.metadata.namespace ?? '';
  const found = view.get<T>({ resource: owner.resource, namespace, name: reference.name });
  return found?.metadata.uid === reference.uid ? found : undefined;
}

/** Whether an owner reference is to this kind, at whatever version. */
export function refersTo(
  reference: { readonly apiVersion: string; readonly kind: string },
  { group, kind }: { readonly group: string; readonly kind: string },
): boolean {
  if (reference.kind !== kind) return false;
  const slash = reference.apiVersion.indexOf('/');
  return (slash < 0 ? '' : reference.apiVersion.slice(0, slash)) === group;
}

/** The objects of this kind that would take on `dependent`: none if it has a controller or is being deleted. */
export function ownersSelecting<T extends KubeObject>(
  dependent: KubeObject,
  view: ClusterView,
  owner: OwnerKind<T>,
): readonly T[] {
  if (controllerOf(dependent) || dependent.metadata.deletionTimestamp) return [];
  const namespace = dependent.metadata.namespace ?? '';
  const { labels } = dependent.metadata;
  const selecting = view.derived(owner.indexOf, owner.resource, namespace).selecting(labels);
  return selecting.filter(({ metadata }) => !metadata.deletionTimestamp);
}

/** Which objects of this kind a change of a dependent is about: who controlled it, who does, and who would. */
export function ownersOfDependent<T extends KubeObject>(
  { before, after }: ObservedChange,
  view: ClusterView,
  owner: OwnerKind<T>,
): readonly T[] {
  const owners = new Set<T>();
  for (const dependent of [before, after]) {
    const controlling = dependent && controllingOwner(dependent, view, owner);
    if (controlling) owners.add(controlling);
  }
  if (after) for (const selecting of ownersSelecting(after, view, owner)) owners.add(selecting);
  return [...owners];
}

/** The keys of `ownersOfDependent`. */
export function ownerKeysOfDependent<T extends KubeObject>(
  change: ObservedChange,
  view: ClusterView,
  owner: OwnerKind<T>,
): readonly ReconcileKey[] {
  return ownersOfDependent(change, view, owner).map((object) => keyOf(owner.resource, object));
}
