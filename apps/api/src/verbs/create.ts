import { beforeCreate, type Mutation, writeAttributes } from '@berth/kinds';
import { alreadyExistsError, generateNameConflictError, type KubeObject } from '@berth/machinery';
import { admissionPolicies } from '../objects/admission-policies.ts';
import { requireNoEscalation } from '../authorization/require-no-escalation.ts';
import { commitCreate, type Refusal, refusalError } from '../objects/commit.ts';
import { assignmentAttempts, roomFor } from '../objects/room-for.ts';
import { requireRoom } from '../objects/require-room.ts';
import { trackFields } from '../objects/track-fields.ts';
import { type StoredState, toStorage } from '../objects/versions.ts';
import { requireUsableNode } from '../fleet/usable-node.ts';
import { decodeBody } from '../request/decode-body.ts';
import { inUrlNamespace } from '../request/match-url.ts';
import { type WriteOptions, writeOptionsOf } from '../request/write-options.ts';
import { requireAllowed } from '../pipeline/authorize.ts';
import {
  answerStored,
  answerUnstored,
  negotiateObject,
  type ObjectAnswer,
} from '../respond/answer-object.ts';
import { lifecycleContext, type ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';
import { restrictNodeWrite } from '../route/restrict-node.ts';

/** As upstream: a generated name that is taken is drawn again. */
const generateNameAttempts = 8;

/** `POST` of a new object. */
export async function createObject(request: ResourceRequest): Promise<Response> {
  const output = negotiateObject(request);
  const options = writeOptionsOf(request.c, 'CreateOptions');
  const desired = await decodeNew(request, options);
  return storeNew(request, desired, { options, answer: { output, status: 201 } });
}

/** The object of a create's body, in the storage version. @throws StatusError also where its name is not allowed */
export async function decodeNew(
  request: ResourceRequest,
  { fieldValidation }: Pick<WriteOptions, 'fieldValidation'>,
): Promise<KubeObject> {
  const { c, scope } = request;
  const decoded = await decodeBody(c, {
    schema: scope.kinds.schema,
    message: scope.version.message,
    ...scope.typeMeta,
    fieldValidation,
  });
  const desired = toStorage(scope, inUrlNamespace(scope, decoded));
  await authorizeByName(request, desired);
  return desired;
}

export interface NewObject {
  readonly options: WriteOptions;
  readonly answer: ObjectAnswer;
  /** Field ownership was settled already, as server-side apply does. */
  readonly tracked?: boolean;
}

/** Takes a new object of the storage version through its lifecycle and into the log, and answers with it. */
export async function storeNew(
  request: ResourceRequest,
  desired: KubeObject,
  { answer, ...how }: NewObject,
): Promise<Response> {
  const made = await makeNew(request, desired, how);
  return 'state' in made
    ? answerStored(request, made.state, answer)
    : answerUnstored(request, made.unstored, answer);
}

/** Takes a new object through its lifecycle and into the log; in a dry run only through the former. */
export async function makeNew(
  request: ResourceRequest,
  desired: KubeObject,
  { options, tracked = false }: Omit<NewObject, 'answer'>,
): Promise<{ readonly state: StoredState } | { readonly unstored: KubeObject }> {
  const { c, deps, scope } = request;
  const { definition } = scope;
  const context = { ...lifecycleContext(deps), ...(await admissionPolicies(scope, desired)) };
  const owned = tracked
    ? desired
    : trackFields(scope, {
        live: undefined,
        next: definition.strategy.applyDefaults(desired),
        manager: options.fieldManager,
        now: context.now,
      });
  restrictNodeWrite(request, owned);
  await requireNoEscalation(request, owned);
  await requireUsableNode(request, owned, definition.assignedNode?.(owned));
  const isGenerated = !owned.metadata.name;
  let refusal: Refusal = { status: 'exists' };
  let name = '';
  const heldByOthers: string[] = [];
  for (let attempt = 0; attempt < Math.max(generateNameAttempts, assignmentAttempts); attempt += 1) {
    const room = await roomFor(request, heldByOthers);
    const { object }: Mutation = beforeCreate(definition, owned, { ...context, ...room });
    name = object.metadata.name;
    if (attempt === 0) c.get('warnings').push(...(definition.strategy.warnings?.(object) ?? []));
    if (options.dryRun) {
      await requireCreatable(request, object);
      return { unstored: object };
    }
    const committed = await commitCreate(scope, object);
    if ('state' in committed) return committed;
    refusal = committed.refusal;
    if (refusal.status === 'held') heldByOthers.push(refusal.value);
    else if (refusal.status !== 'exists' || !isGenerated) break;
  }
  throw isGenerated && refusal.status === 'exists'
    ? generateNameConflictError(scope.groupResource, name)
    : refusalError(scope, name, refusal);
}

/** What the commit would have checked, for a dry run. */
async function requireCreatable({ deps, scope }: ResourceRequest, object: KubeObject): Promise<void> {
  const { name } = object.metadata;
  if (await scope.home.get(keyOf(scope, name))) throw alreadyExistsError(scope.groupResource, name);
  const { within } = writeAttributes(scope.definition, object);
  await requireRoom(deps.store, scope, { name, after: object });
  if (within === undefined) return;
  const parent = await deps.store.cluster(scope.cluster.clusterId).get(within);
  if (parent === undefined) throw refusalError(scope, name, { status: 'within-missing' });
  const { metadata }: Pick<KubeObject, 'metadata'> = JSON.parse(parent.body);
  if (metadata.deletionTimestamp !== undefined)
    throw refusalError(scope, name, { status: 'within-terminating' });
}

/** A create names its object in the body alone; what an identity may do can depend on the name. */
async function authorizeByName({ c, deps, scope }: ResourceRequest, { metadata }: KubeObject): Promise<void> {
  const identity = c.get('identity');
  if (identity !== undefined && metadata.name) {
    await requireAllowed(deps.authorizer, identity, { ...scope.attributes, name: metadata.name });
  }
}
