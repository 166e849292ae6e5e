import { decodeStoredBody, encodeStoredBody, type KubeObject, renderStoredBody } from '@berth/machinery';
import type { ResourceScope } from '../route/resource-scope.ts';

/** A stored object as far as its representation goes. */
export interface StoredState {
  readonly body: string;
  readonly revision: number;
}

/** The object in the version in which it is stored; the one that the lifecycle works on. */
export function decodeStored(scope: ResourceScope, { body, revision }: StoredState): KubeObject {
  return decodeStoredBody(body, revision, scope.storageTypeMeta);
}

/** An object of the request's version as it is stored. */
export function toStorage(scope: ResourceScope, object: KubeObject): KubeObject {
  const { convert } = scope.version;
  return { ...(convert?.toStorage(object) ?? object), ...scope.storageTypeMeta };
}

/** A stored object in the request's version. */
export function fromStorage(scope: ResourceScope, object: KubeObject): KubeObject {
  const { convert } = scope.version;
  return { ...(convert?.fromStorage(object) ?? object), ...scope.typeMeta };
}

/** JSON of a stored object in the request's version. Nothing is parsed where the versions differ in name only. */
export function renderStored(scope: ResourceScope, state: StoredState): string {
  if (scope.version.convert === undefined)
    return renderStoredBody(state.body, state.revision, scope.typeMeta);
  const object = fromStorage(scope, decodeStored(scope, state));
  return renderStoredBody(encodeStoredBody(object), state.revision, scope.typeMeta);
}

/** As {@link renderStored}, without `apiVersion` and `kind`: an item of a list. */
export function renderItem(scope: ResourceScope, state: StoredState): string {
  if (scope.version.convert === undefined) return renderStoredBody(state.body, state.revision);
  return renderStoredBody(encodeStoredBody(fromStorage(scope, decodeStored(scope, state))), state.revision);
}
