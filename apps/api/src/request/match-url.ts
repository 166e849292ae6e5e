import { badRequestError, type KubeObject } from '@berth/machinery';
import type { ResourceScope } from '../route/resource-scope.ts';

/**
 * The object in the namespace of the URL. A body need not name it, but may not name another one.
 *
 * @throws StatusError `BadRequest`
 */
export function inUrlNamespace(scope: ResourceScope, object: KubeObject): KubeObject {
  const { namespace: named = '' } = object.metadata;
  if (named === scope.namespace) return object;
  if (scope.namespace === '') {
    const { namespace: _namespace, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
  if (named !== '') {
    throw badRequestError(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  return { ...object, metadata: { ...object.metadata, namespace: scope.namespace } };
}

/** @throws StatusError `BadRequest` unless the object has the name of the URL. */
export function requireUrlName(scope: ResourceScope, { metadata }: KubeObject): void {
  if (!metadata.name) {
    throw badRequestError(
      `the name of the object (${scope.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata.name !== scope.name) {
    throw badRequestError(
      `the name of the object (${metadata.name}) does not match the name on the URL (${scope.name})`,
    );
  }
}
