import type { KubeObject } from '@berth/machinery';
import type { ReconcileKey } from '../reconciler.ts';
import { type BaseView, objectId, type ResourceObject } from '../turn/base-view.ts';

/** The fold of a log in memory. */
export class MemoryBase implements BaseView {
  readonly #byResource = new Map<string, Map<string, KubeObject>>();
  readonly #byOwner = new Map<string, Map<string, ResourceObject>>();

  get(key: ReconcileKey): KubeObject | undefined {
    return this.#byResource.get(key.resource)?.get(objectId(key));
  }

  list(resource: string, namespace?: string): readonly KubeObject[] {
    const all = [...(this.#byResource.get(resource)?.values() ?? [])];
    return namespace === undefined
      ? all
      : all.filter((object) => (object.metadata.namespace ?? '') === namespace);
  }

  ownedBy(ownerUid: string): readonly ResourceObject[] {
    return [...(this.#byOwner.get(ownerUid)?.values() ?? [])];
  }

  put(key: ReconcileKey, object: KubeObject | undefined): void {
    const id = objectId(key);
    for (const owner of this.get(key)?.metadata.ownerReferences ?? [])
      this.#byOwner.get(owner.uid)?.delete(id);
    const objects = this.#byResource.get(key.resource) ?? new Map<string, KubeObject>();
    this.#byResource.set(key.resource, objects);
    if (!object) {
      objects.delete(id);
      return;
    }
    objects.set(id, object);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const owned = this.#byOwner.get(owner.uid) ?? new Map<string, ResourceObject>();
      this.#byOwner.set(owner.uid, owned.set(id, { resource: key.resource, object }));
    }
  }
}
