import { writeAttributes } from '@berth/kinds';
import {
  alreadyExistsError,
  conflictError,
  describeQuotaRefusal,
  encodeStoredBody,
  forbiddenError,
  internalError,
  type KubeObject,
  modifiedError,
  namespaceTerminatingError,
  notFoundError,
  type StatusError,
} from '@berth/machinery';
import type { Outcome, Write } from '@berth/store';
import type { ResourceScope } from '../route/resource-scope.ts';
import type { StoredState } from './versions.ts';

/** Why a write did not apply; the caller decides whether that is the client's to hear or to be tried again. */
export type Refusal = Exclude<Outcome, { readonly status: 'applied' }>;

export type Committed = { readonly state: StoredState } | { readonly refusal: Refusal };

/** Creates an object of the storage version, which has passed the lifecycle. */
export async function commitCreate(scope: ResourceScope, object: KubeObject): Promise<Committed> {
  return commit(scope, createWrite(scope, object));
}

function createWrite({ definition, home }: ResourceScope, desired: KubeObject): Write {
  const object = home.complete?.(desired) ?? desired;
  return { op: 'create', ...writeAttributes(definition, object), body: encodeStoredBody(object) };
}

export interface Replacement {
  readonly current: StoredState & { readonly uid: string };
  readonly effect: 'write' | 'remove';
  readonly object: KubeObject;
}

/** Writes the next or the last state of an object, if it still is as it was read. */
export async function commitReplacement(scope: ResourceScope, replacement: Replacement): Promise<Committed> {
  const { current, effect, object } = replacement;
  const { within: _within, ...attributes } = writeAttributes(scope.definition, object);
  return commit(scope, {
    op: effect === 'write' ? 'update' : 'delete',
    ...attributes,
    uid: current.uid,
    body: encodeStoredBody(object),
    expected: { revision: current.revision, uid: current.uid },
  });
}

async function commit({ home }: ResourceScope, write: Write): Promise<Committed> {
  const outcome = await home.write(write);
  if (outcome.status !== 'applied') return { refusal: outcome };
  return { state: { body: write.body, revision: outcome.revision } };
}

function suspendedExplanation(clusterId: string): string {
  return `cluster "${clusterId}" is suspended and takes no writes; the owners of its tenant or the fleet's operator can resume it`;
}

/** What a client hears of a write that did not apply. */
export function refusalError(scope: ResourceScope, name: string, refusal: Refusal): StatusError {
  const { groupResource, namespace } = scope;
  switch (refusal.status) {
    case 'exists':
      return alreadyExistsError(groupResource, name);
    case 'missing':
      return notFoundError(groupResource, name);
    case 'conflict':
      return modifiedError(groupResource, name);
    case 'within-missing':
      return notFoundError({ group: '', resource: 'namespaces' }, namespace);
    case 'within-terminating':
      return namespaceTerminatingError(groupResource, name, namespace);
    case 'quota':
      return forbiddenError(groupResource, name, describeQuotaRefusal(refusal.refusal));
    case 'held':
      return conflictError(groupResource, name, `${refusal.value} went to another object at the same time`);
    case 'suspended':
      return forbiddenError(groupResource, name, suspendedExplanation(scope.cluster.clusterId));
    default:
      return internalError(`a write was refused for an unknown reason`, refusal satisfies never);
  }
}
