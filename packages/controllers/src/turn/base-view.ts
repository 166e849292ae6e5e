import type { KubeObject } from '@berth/machinery';
import type { ReconcileKey } from '../reconciler.ts';

/** An object together with the resource under which the store knows it. */
export interface ResourceObject {
  readonly resource: string;
  readonly object: KubeObject;
}

/**
 * The cluster as of one revision: what a replica of the store is. Objects are complete (with `apiVersion`, `kind` and
 * `metadata.resourceVersion`), of the storage version, and the same value for the same revision: the turn and the
 * scheduler keep what they derive from an object in maps keyed by it.
 */
export interface BaseView {
  get(key: ReconcileKey): KubeObject | undefined;
  list(resource: string, namespace?: string): readonly KubeObject[];
  ownedBy(ownerUid: string): readonly ResourceObject[];
}

/** One string for one object: `<resource>|<namespace>|<name>`. */
export function objectId(key: ReconcileKey): string {
  return `${key.resource}|${key.namespace}|${key.name}`;
}

/** The key of an object of `resource`. */
export function keyOf(resource: string, object: KubeObject): ReconcileKey {
  return { resource, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}
