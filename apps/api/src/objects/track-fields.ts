import { type FieldWriter, type KubeObject, trackUpdate } from '@berth/machinery';
import type { ResourceScope } from '../route/resource-scope.ts';
import { fromStorage } from './versions.ts';

/** A write as far as field ownership goes. Objects are of the storage version. */
export interface TrackedWrite {
  readonly live: KubeObject | undefined;
  readonly next: KubeObject;
  readonly manager: string;
  readonly now: Date;
}

/**
 * Keeps `metadata.managedFields` over an ordinary write. Fields are owned in the version of the request, and what the
 * endpoint does not change (the status through the main resource, all but the status through `status`) is nobody's.
 */
export function trackFields(scope: ResourceScope, write: TrackedWrite): KubeObject {
  const live = write.live === undefined ? undefined : fromStorage(scope, write.live);
  const next = fromStorage(scope, withoutReset(scope, write));
  const tracked = trackUpdate({ ...fieldWriter(scope, write), live, next });
  if (tracked === next) return write.next;
  const { managedFields } = tracked.metadata;
  const { managedFields: _previous, ...metadata } = write.next.metadata;
  return { ...write.next, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } };
}

export function fieldWriter(
  scope: ResourceScope,
  { manager, now }: Pick<TrackedWrite, 'manager' | 'now'>,
): FieldWriter {
  return {
    schema: scope.kinds.schema,
    message: scope.version.message,
    apiVersion: scope.typeMeta.apiVersion,
    subresource: scope.attributes.subresource,
    manager,
    now,
  };
}

/** The object with what this endpoint resets as it is stored now. */
function withoutReset(scope: ResourceScope, { live, next }: TrackedWrite): KubeObject {
  if (scope.definition.strategy.status === undefined) return next;
  const { status, ...rest } = next;
  const { status: liveStatus, ...liveRest } = live ?? { status: undefined };
  if (scope.attributes.subresource === 'status') {
    return { ...liveRest, ...metadataOf(rest), ...(status !== undefined && { status }) };
  }
  return { ...rest, ...(liveStatus !== undefined && { status: liveStatus }) };
}

function metadataOf({ apiVersion, kind, metadata }: KubeObject) {
  return { apiVersion, kind, metadata };
}
