import { beforeDelete, type Mutation } from '@berth/kinds';
import { modifiedError, notFoundError, type Status } from '@berth/machinery';
import type { StoredObject } from '@berth/store';
import { commitReplacement, refusalError } from '../objects/commit.ts';
import { decodeStored, type StoredState } from '../objects/versions.ts';
import { type DeleteRequest, deleteOptionsOf } from '../request/delete-options.ts';
import { answerStored, negotiateObject } from '../respond/answer-object.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf, type ResourceScope } from '../route/resource-scope.ts';

const conflictAttempts = 6;

/** `DELETE` of one object. */
export async function deleteObject(request: ResourceRequest): Promise<Response> {
  const { deps, scope } = request;
  const output = negotiateObject(request);
  const deletion = await deleteOptionsOf(request);
  const deleted = await deleteOne(scope, {
    name: scope.name,
    namespace: scope.namespace,
    ...deletion,
    now: deps.now,
  });
  if (deleted === undefined) throw notFoundError(scope.groupResource, scope.name);
  const { effect, state, uid } = deleted;
  const status = effect !== 'remove' && deletion.options.orphanDependents === false ? 202 : 200;
  if (effect !== 'remove' || scope.definition.answersDeleteWithObject) {
    return answerStored(request, state, { output, status });
  }
  return send(request.c, { format: output.format, json: JSON.stringify(goneStatus(scope, uid)) });
}

export interface DeleteCall extends DeleteRequest {
  readonly namespace: string;
  readonly name: string;
  readonly now: () => Date;
}

export interface Deleted {
  readonly effect: Mutation['effect'];
  readonly state: StoredState;
  readonly uid: string;
}

/**
 * Deletes one object or lets it begin to terminate. Tried again when somebody else wrote in between.
 *
 * @returns undefined if there is no such object.
 */
export async function deleteOne(scope: ResourceScope, call: DeleteCall): Promise<Deleted | undefined> {
  const key = { ...keyOf(scope, call.name), namespace: call.namespace };
  for (let attempt = 0; attempt < conflictAttempts; attempt += 1) {
    const current = await scope.home.get(key);
    if (current === undefined) return undefined;
    const deleted = await deleteCurrent(scope, current, call);
    if (deleted !== undefined) return deleted;
  }
  throw modifiedError(scope.groupResource, call.name);
}

async function deleteCurrent(
  scope: ResourceScope,
  current: StoredObject,
  { options, dryRun, now }: DeleteCall,
): Promise<Deleted | undefined> {
  const object = decodeStored(scope, current);
  const mutation = beforeDelete(scope.definition, object, { options, now: now() });
  const { effect } = mutation;
  if (effect === 'unchanged' || dryRun) return { effect, state: current, uid: current.uid };
  const committed = await commitReplacement(scope, { current, effect, object: mutation.object });
  if ('state' in committed) return { effect, state: committed.state, uid: current.uid };
  const { refusal } = committed;
  if (refusal.status === 'conflict' || refusal.status === 'missing') return undefined;
  throw refusalError(scope, current.name, refusal);
}

function goneStatus({ groupResource, name }: ResourceScope, uid: string): Omit<Status, 'code'> {
  const { group, resource } = groupResource;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group !== '' && { group }), kind: resource, uid },
  };
}
