import type { KubeObject, OwnerReference } from '@berth/machinery';

/** The owner that manages the object; at most one is marked so. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller);
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
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== ownerUid);
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
