import type { KubeObject, OwnerReference } from '@berth/machinery';

const noOwners: readonly OwnerReference[] = [];

/** The owner that manages the object; at most one is marked so. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  for (const owner of object.metadata.ownerReferences ?? noOwners) if (owner.controller) return owner;
  return undefined;
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The reference by which `owner` manages an object, and holds back its own foreground deletion until that is gone. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The object without its reference to an owner. */
export function withoutOwner<T extends KubeObject>(object: T, ownerUid: string): T {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const left = ownerReferences.filter((owner) => owner.uid !== ownerUid);
  // An empty list is absent from JSON, as Go's `omitempty` has it.
  return { ...object, metadata: left.length > 0 ? { ...metadata, ownerReferences: left } : metadata };
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  const { finalizers = [], ...metadata } = object.metadata;
  const left = finalizers.filter((name) => name !== finalizer);
  return { ...object, metadata: left.length > 0 ? { ...metadata, finalizers: left } : metadata };
}
