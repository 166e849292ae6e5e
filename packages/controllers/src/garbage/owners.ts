import { resourceName } from '@berth/kinds';
import { foregroundFinalizer, type KubeObject, type OwnerReference } from '@berth/machinery';
import { hasFinalizer } from '../ownership.ts';
import type { ClusterView, ReconcileKey } from '../reconciler.ts';

/**
 * What has become of an owner.
 * - `solid`: it is there, or cannot be judged because this cluster does not serve its kind.
 * - `waiting`: it is being deleted in the foreground, and waits for its dependents to be gone.
 * - `absent`: there is no such object, or another one has its name.
 * - `unresolvable`: an object of a namespace cannot own one of no namespace, and nothing can be said of it.
 */
export type OwnerState = 'solid' | 'waiting' | 'absent' | 'unresolvable';

/** The owner's key, in the namespace of its dependent: owners elsewhere do not count. */
export function ownerKey(
  owner: OwnerReference,
  dependentNamespace: string,
  view: ClusterView,
): ReconcileKey | undefined {
  const definition = view.registry.byGroupVersionKind(owner.apiVersion, owner.kind)?.definition;
  if (!definition) return undefined;
  const namespace = definition.scope === 'Namespaced' ? dependentNamespace : '';
  return { resource: resourceName(definition), namespace, name: owner.name };
}

export function ownerState(owner: OwnerReference, dependent: KubeObject, view: ClusterView): OwnerState {
  const key = ownerKey(owner, dependent.metadata.namespace ?? '', view);
  if (!key) return 'solid';
  if (isOutOfReach(key, dependent, view)) return 'unresolvable';
  const object = view.get(key);
  if (object?.metadata.uid !== owner.uid) return livesOnNode(key, view) ? 'solid' : 'absent';
  return isDeletingDependents(object) ? 'waiting' : 'solid';
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ */
function isOutOfReach(key: ReconcileKey, { metadata }: KubeObject, view: ClusterView): boolean {
  return !metadata.namespace && view.registry.byResource(key.resource)?.scope === 'Namespaced';
}

/** Nodes are objects of the fleet's cluster: what they own (mirror pods, leases) is not this cluster's to judge. */
function livesOnNode(key: ReconcileKey, view: ClusterView): boolean {
  return view.registry.byResource(key.resource)?.home === 'fleet';
}

/** Is being deleted in the foreground. */
export function isDeletingDependents(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, foregroundFinalizer);
}
