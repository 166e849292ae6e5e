import { systemClusterId } from '@berth/auth';
import { type KindDefinition, type KindRegistry, type Mutation, writeAttributes } from '@berth/kinds';
import { decodeStoredBody, encodeStoredBody, type KubeObject } from '@berth/machinery';
import type { ObjectKey, Store, Write } from '@berth/store';
import { storageTypeOf } from '../turn/storage-type.ts';

/** An object of the system cluster with its kind. */
export interface SystemObject {
  readonly definition: KindDefinition;
  readonly object: KubeObject;
}

/** Reads an object of the system cluster as it is at this moment. */
export async function readSystemObject(
  { store, registry }: { readonly store: Pick<Store, 'cluster'>; readonly registry: KindRegistry },
  key: ObjectKey,
): Promise<SystemObject | undefined> {
  const stored = await store.cluster(systemClusterId).get(key);
  const definition = registry.byResource(key.resource);
  const type = storageTypeOf(registry, key.resource);
  if (!stored || !definition || !type) return undefined;
  return { definition, object: decodeStoredBody(stored.body, stored.revision, type) };
}

/** The write that puts a mutation in the place of the object as it was read. */
export function replacementOf(
  { definition, object }: SystemObject,
  { effect, object: next }: Mutation,
): Write {
  const { within: _within, ...attributes } = writeAttributes(definition, next);
  return {
    op: effect === 'remove' ? 'delete' : 'update',
    ...attributes,
    body: encodeStoredBody(next),
    expected: { revision: Number(object.metadata.resourceVersion), uid: attributes.uid },
  };
}
