import {
  beforeUpdate,
  beforeUpdateStatus,
  beforeUpdateSubresource,
  checkUpdatePreconditions,
  type Mutation,
  requireUpdateAdmitted,
} from '@berth/kinds';
import { type KubeObject, modifiedError, notFoundError } from '@berth/machinery';
import type { StoredObject } from '@berth/store';
import { updatePolicies } from '../objects/admission-policies.ts';
import { requireNoEscalation } from '../authorization/require-no-escalation.ts';
import { bodyFormOf } from '../objects/body-form.ts';
import { commitReplacement, refusalError } from '../objects/commit.ts';
import { requireRoom } from '../objects/require-room.ts';
import { decodeStored, type StoredState } from '../objects/versions.ts';
import { answerStored, answerUnstored, type ObjectAnswer } from '../respond/answer-object.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf, type ResourceScope } from '../route/resource-scope.ts';
import { restrictNodeWrite } from '../route/restrict-node.ts';

/** As upstream: how often a patch is computed again when somebody else was faster. */
const conflictAttempts = 6;

/** What a request wants of an existing object. */
export interface Replacing {
  /** The wanted object, of the storage version. Called again with the newer state after a conflict. */
  readonly desiredOf: (current: KubeObject) => KubeObject;
  readonly dryRun: boolean;
  readonly answer: ObjectAnswer;
  /** What to do when there is no such object. Default: 404. */
  readonly whenMissing?: () => Promise<Response>;
}

/**
 * Reads an object, makes its next state and writes it if it still is as it was read. A request that names no
 * `resourceVersion` is tried again on the newer state; one that does gets a 409.
 */
export async function replaceObject(request: ResourceRequest, replacing: Replacing): Promise<Response> {
  const { c, scope } = request;
  const { answer, dryRun } = replacing;
  for (let attempt = 0; attempt < conflictAttempts; attempt += 1) {
    const stored = await scope.home.get(keyOf(scope));
    if (stored === undefined) {
      if (replacing.whenMissing !== undefined) return replacing.whenMissing();
      throw notFoundError(scope.groupResource, scope.name);
    }
    const current = decodeStored(scope, stored);
    const desired = replacing.desiredOf(current);
    restrictNodeWrite(request, desired, current);
    await requireNoEscalation(request, desired, current);
    checkUpdatePreconditions(scope.definition, current, desired);
    const mutation = mutate(scope, current, desired);
    if (scope.attributes.subresource === '') await requireAdmission(scope, current, mutation);
    if (attempt === 0 && scope.attributes.subresource === '')
      c.get('warnings').push(...(scope.definition.strategy.warnings?.(mutation.object, current) ?? []));
    if (dryRun) {
      const { object } = mutation;
      await requireRoom(request.deps.store, scope, { name: scope.name, before: current, after: object });
      return answerObject(request, object, answer);
    }
    const state = await writeMutation(scope, stored, mutation);
    if (state === undefined) continue;
    if (bodyFormOf(scope).isObject) return answerStored(request, state, answer);
    return answerObject(request, decodeStored(scope, state), answer);
  }
  throw modifiedError(scope.groupResource, scope.name);
}

/** Answers with what the endpoint shows of an object of the storage version. */
function answerObject(request: ResourceRequest, object: KubeObject, answer: ObjectAnswer): Promise<Response> {
  const { scope, isObject, show } = bodyFormOf(request.scope);
  return answerUnstored({ ...request, scope }, isObject ? object : show(object), answer);
}

/** @throws StatusError `Forbidden` where other objects refuse the update */
async function requireAdmission(
  scope: ResourceScope,
  current: KubeObject,
  { effect, object: next }: Mutation,
): Promise<void> {
  if (effect !== 'write' || !scope.definition.admission?.some(({ refuseUpdate }) => refuseUpdate)) return;
  requireUpdateAdmitted(scope.definition, { current, next }, await updatePolicies(scope, next));
}

/** The state after the mutation; undefined if another write came first. */
async function writeMutation(
  scope: ResourceScope,
  current: StoredObject,
  { effect, object }: Mutation,
): Promise<StoredState | undefined> {
  if (effect === 'unchanged') return current;
  const committed = await commitReplacement(scope, { current, effect, object });
  if ('state' in committed) return committed.state;
  if (committed.refusal.status === 'conflict') return undefined;
  throw refusalError(scope, scope.name, committed.refusal);
}

function mutate(scope: ResourceScope, current: KubeObject, desired: KubeObject): Mutation {
  const { subresource } = scope.attributes;
  // To scale an object is to update it, but for what the body may say.
  if (subresource === '' || subresource === 'scale') return beforeUpdate(scope.definition, current, desired);
  if (subresource === 'status') return beforeUpdateStatus(scope.definition, current, desired);
  return beforeUpdateSubresource(scope.definition, subresource, { current, desired });
}
