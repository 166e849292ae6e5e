import {
  beforeUpdateIn,
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
import { type Committed, commitReplacement, refusalError } from '../objects/commit.ts';
import { assignmentAttempts, roomFor } from '../objects/room-for.ts';
import { requireRoom } from '../objects/require-room.ts';
import { decodeStored } from '../objects/versions.ts';
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
  const heldByOthers: string[] = [];
  for (let attempt = 0; attempt < Math.max(conflictAttempts, assignmentAttempts); attempt += 1) {
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
    const room = await roomFor(request, heldByOthers);
    const mutation = mutate(scope, { current, desired }, room);
    if (scope.attributes.subresource === '') await requireAdmission(scope, current, mutation);
    if (attempt === 0 && scope.attributes.subresource === '')
      c.get('warnings').push(...(scope.definition.strategy.warnings?.(mutation.object, current) ?? []));
    if (dryRun) {
      const { object } = mutation;
      await requireRoom(request.deps.store, scope, { name: scope.name, before: current, after: object });
      return answerObject(request, object, answer);
    }
    const written = await writeMutation(scope, stored, mutation);
    if ('state' in written) {
      if (bodyFormOf(scope).isObject) return answerStored(request, written.state, answer);
      return answerObject(request, decodeStored(scope, written.state), answer);
    }
    if (written.refusal.status === 'held') heldByOthers.push(written.refusal.value);
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

/** The state after the mutation, or that another write came first. @throws StatusError for any other refusal */
async function writeMutation(
  scope: ResourceScope,
  current: StoredObject,
  { effect, object }: Mutation,
): Promise<Committed> {
  if (effect === 'unchanged') return { state: current };
  const committed = await commitReplacement(scope, { current, effect, object });
  if ('state' in committed) return committed;
  const { status } = committed.refusal;
  if (status === 'conflict' || status === 'held') return committed;
  throw refusalError(scope, scope.name, committed.refusal);
}

function mutate(
  scope: ResourceScope,
  { current, desired }: { readonly current: KubeObject; readonly desired: KubeObject },
  room: Awaited<ReturnType<typeof roomFor>>,
): Mutation {
  const { subresource } = scope.attributes;
  // To scale an object is to update it, but for what the body may say.
  if (subresource === '' || subresource === 'scale') {
    return beforeUpdateIn(scope.definition, { current, desired }, room);
  }
  if (subresource === 'status') return beforeUpdateStatus(scope.definition, current, desired);
  return beforeUpdateSubresource(scope.definition, subresource, { current, desired });
}
