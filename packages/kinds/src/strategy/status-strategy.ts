import type { KubeObject } from '@berth/machinery';

/** Creates: a new object has no status yet. */
export function withoutStatus(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  return rest;
}

/** Updates of the main resource: the status stays as it is. */
export function keepStatus(next: KubeObject, current: KubeObject): KubeObject {
  const withoutNext = withoutStatus(next);
  return current.status === undefined ? withoutNext : { ...withoutNext, status: current.status };
}

/** Updates of the status: everything but status and metadata stays as it is. */
export function keepAllButStatus(next: KubeObject, current: KubeObject): KubeObject {
  const kept = { ...withoutStatus(current), metadata: next.metadata };
  return next.status === undefined ? kept : { ...kept, status: next.status };
}
