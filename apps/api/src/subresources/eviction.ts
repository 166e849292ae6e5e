import { budgetsResource, judgeEviction, tooManyEvictions } from '@berth/controllers';
import {
  beforeDelete,
  type DeleteOptions,
  type KindDefinition,
  type Mutation,
  type Pod,
  type PodDisruptionBudget,
  writeAttributes,
} from '@berth/kinds';
import {
  decodeStoredBody,
  encodeStoredBody,
  type KubeObject,
  modifiedError,
  notFoundError,
  type Status,
  toTime,
} from '@berth/machinery';
import type { Outcome, StoredObject, Write } from '@berth/store';
import { refusalError } from '../objects/commit.ts';
import { decodeStored } from '../objects/versions.ts';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';
import { decodeSubresourceBody } from './subresource-body.ts';

interface Eviction extends KubeObject {
  readonly deleteOptions?: DeleteOptions & { readonly dryRun?: readonly string[] };
}

/** Each one that is lost to another eviction of the same budget is one that went through. */
const conflictAttempts = 100;

const several =
  'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';

/**
 * `POST …/eviction`: a deletion that asks the pod's disruption budget, as `kubectl drain` does. What is taken from the
 * budget and the deletion are one transaction, on the very state that was judged: two evictions never share one place.
 */
export async function createEviction(request: ResourceRequest): Promise<Response> {
  const { c, scope } = request;
  const { format } = negotiate(c.req.header('accept'), { projections: [] });
  const write = writeOptionsOf(c, 'CreateOptions');
  const { deleteOptions = {} } = await decodeSubresourceBody<Eviction>(request, write);
  const { dryRun = [], ...options } = deleteOptions;
  const call = { options, dryRun: write.dryRun || dryRun.includes('All') };
  let budgetName: string | undefined;
  for (let attempt = 0; attempt < conflictAttempts; attempt += 1) {
    const result = await evictOnce(request, call);
    if ('code' in result) {
      return send(c, { format, status: result.code === 500 ? 500 : 201, json: JSON.stringify(result) });
    }
    ({ budgetName } = result);
  }
  throw budgetName === undefined
    ? modifiedError(scope.groupResource, scope.name)
    : tooManyEvictions(budgetName);
}

/** Somebody else wrote the pod, or the budget, in between. */
interface Conflict {
  readonly budgetName: string | undefined;
}

interface EvictionCall {
  readonly options: DeleteOptions;
  readonly dryRun: boolean;
}

async function evictOnce(
  request: ResourceRequest,
  { options, dryRun }: EvictionCall,
): Promise<Status | Conflict> {
  const { deps, scope } = request;
  const stored = await scope.home.get(keyOf(scope));
  if (stored === undefined) throw notFoundError(scope.groupResource, scope.name);
  // The subresource exists for pods alone.
  const pod: Pod = decodeStored(scope, stored);
  const budgets = await readBudgets(request);
  const now = deps.now();
  const verdict = judgeEviction(pod, [...budgets.keys()], now);
  if (verdict.outcome === 'ambiguous') return status('Failure', 500, several);
  const mutation = beforeDelete(scope.definition, withTarget(pod, now), { options, now });
  if (dryRun || mutation.effect === 'unchanged') return status('Success', 201);
  const { budget } = verdict;
  const evicted = podWrite(request, stored, mutation);
  const outcome = budget
    ? await writeBoth(request, budgetWrite(request, budget, storedBudget(budgets, budget)), evicted)
    : await scope.home.write(evicted);
  if (outcome.status === 'applied') return status('Success', 201);
  if (outcome.status === 'conflict' || outcome.status === 'missing') {
    return { budgetName: budget?.metadata.name };
  }
  throw refusalError(scope, scope.name, outcome);
}

function status(outcome: 'Success' | 'Failure', code: number, message?: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: outcome,
    ...(message === undefined ? {} : { message }),
    code,
  };
}

/** The budgets of the pod's namespace, with the states that they were read at. */
async function readBudgets({
  scope,
}: ResourceRequest): Promise<ReadonlyMap<PodDisruptionBudget, StoredObject>> {
  const stored = await scope.readPolicies(budgetsResource, 'Namespaced');
  const typeMeta = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' };
  return new Map(stored.map((one) => [decodeStoredBody(one.body, one.revision, typeMeta), one]));
}

function storedBudget(
  budgets: ReadonlyMap<PodDisruptionBudget, StoredObject>,
  { metadata }: PodDisruptionBudget,
): StoredObject {
  for (const [budget, stored] of budgets) if (budget.metadata.uid === metadata.uid) return stored;
  throw new Error(`budget ${metadata.name} was not read`);
}

/** Tells who is behind the pod's end: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function withTarget(pod: Pod, now: Date): Pod {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastTransitionTime: toTime(now),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}

function podWrite({ scope }: ResourceRequest, stored: StoredObject, { effect, object }: Mutation): Write {
  return replacement(scope.definition, { op: effect === 'remove' ? 'delete' : 'update', stored, object });
}

function budgetWrite({ scope }: ResourceRequest, budget: PodDisruptionBudget, stored: StoredObject): Write {
  const definition = scope.kinds.byResource(budgetsResource);
  if (!definition) throw new Error(`${budgetsResource} is not served`);
  return replacement(definition, { op: 'update', stored, object: budget });
}

function replacement(
  definition: KindDefinition,
  { op, stored, object }: { op: 'update' | 'delete'; stored: StoredObject; object: KubeObject },
): Write {
  const { within: _within, ...attributes } = writeAttributes(definition, object);
  const { revision, uid } = stored;
  return { op, ...attributes, uid, body: encodeStoredBody(object), expected: { revision, uid } };
}

/** Both writes, or none. */
async function writeBoth({ c, scope }: ResourceRequest, taken: Write, evicted: Write): Promise<Outcome> {
  const audit = await c.get('audit').ofWrite(scope, evicted);
  const together = await scope.cluster.writeTogether([
    taken,
    audit === undefined ? evicted : { ...evicted, audit },
  ]);
  if (together.status === 'refused') return together.outcome;
  return { status: 'applied', revision: together.revisions[1] ?? 0 };
}
