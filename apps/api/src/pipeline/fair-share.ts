import {
  groupMasters,
  type Identity,
  nodeNameOf,
  type RequestAttributes,
  systemClusterId,
} from '@berth/auth';
import {
  createTimeSlices,
  estimateSeats,
  type Flow,
  type FlowRequest,
  Pace,
  type Seat,
  SeatDispatcher,
  type SeatRequest,
  TokenLeases,
  type TokenSource,
} from '@berth/fairness';
import type { TenantDirectory } from '@berth/tenancy';
import { createMiddleware } from 'hono/factory';
import { LRUCache } from 'lru-cache';
import type { ApiContext, ApiEnv } from '../api-env.ts';
import type { ApiDeps } from '../api-deps.ts';
import { createClusterSteering } from '../fair-share/cluster-steering.ts';
import type { FairShareSettings } from '../fair-share/fair-share-settings.ts';
import { createFlowUids } from '../fair-share/flow-uids.ts';
import { isLongRunning, LongRunning } from '../fair-share/long-running.ts';
import { createRefusals } from '../fair-share/refusals.ts';
import { type TenantBudget, tenantBudgets } from '../fair-share/tenant-budgets.ts';

export interface FairShareDeps extends Pick<ApiDeps, 'store' | 'closing'> {
  readonly tenants: TenantDirectory;
  readonly tokenSource: TokenSource;
  readonly fairShare: FairShareSettings;
}

/** Together, while several tenants are there, and each at least; see `SeatDispatcher`. */
const contendedSeats = 32;
const leastSeats = 8;
const waitingPerTenant = 2_000;
/** As upstream: a quarter of the minute that a request has in all. */
const waitMs = 15_000;
/** Long enough that waiting for turns costs little, short enough that one in each round of the loop is hardly noticed. */
const sliceMs = 1;
const sweepIntervalMs = 250;
const rememberedCounts = 5_000;
const mutatingVerbs: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
]);

/**
 * Gives each tenant its share. A request spends a token of its tenant's budget, then waits for seats at the priority level
 * that the cluster's FlowSchemas put it at. Refused with 429 and `Retry-After` what comes too fast or waits too long. The
 * fleet's administrators and node agents, and what needs no token, never wait.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 */
export function fairShare(deps: FairShareDeps) {
  const nowMs = (): number => performance.now();
  const budgetOf = tenantBudgets(deps.tenants, deps.fairShare);
  const steering = createClusterSteering(deps.store);
  const uidsOf = createFlowUids();
  const refusal = createRefusals();
  const tokens = new TokenLeases({ source: deps.tokenSource, nowMs });
  const totalSeats = deps.fairShare.processSeats;
  const seats = new SeatDispatcher({
    totalSeats,
    contendedSeats,
    leastSeats,
    waitingPerTenant,
    waitMs,
    nowMs,
    after: (ms, run) => void setTimeout(run, ms).unref(),
  });
  const longRunning = new LongRunning();
  const objectCounts = new LRUCache<string, number>({ max: rememberedCounts });
  const slices = createTimeSlices({
    sliceMs,
    nowMs,
    isContended: () => seats.tenants > 1,
    afterOthers: (run) => void setImmediate(run),
    later: (run, ms) => void setTimeout(run, ms),
  });
  const sweeper = setInterval(() => {
    tokens.sweep();
    seats.sweep();
  }, sweepIntervalMs).unref();
  deps.closing.addEventListener('abort', () => clearInterval(sweeper), { once: true });

  /** Whose budget a request counts against: that of its cluster, unless its identity is a stranger there. */
  const chargedTo = async (identity: Identity, clusterId: string) => {
    const budget = await budgetOf(clusterId);
    if (budget !== undefined && isAtHome(identity, clusterId, budget)) return { clusterId, budget };
    const own = await budgetOf(identity.clusterId);
    return own === undefined ? undefined : { clusterId: identity.clusterId, budget: own };
  };

  const takeSeat = async (c: ApiContext, request: Omit<SeatRequest, 'isGone'>): Promise<Seat> => {
    const { outgoing } = c.env;
    const outcome = await seats.acquire({ ...request, isGone: () => isClosed(outgoing) });
    if (typeof outcome === 'string') throw await refusal(0);
    return outcome;
  };

  return createMiddleware<ApiEnv>(async (c, next) => {
    const identity = c.get('identity');
    const attributes = c.get('attributes');
    const clusterId = c.get('clusterId');
    const flow = steering.of(clusterId).flowOf(flowRequestOf(identity, attributes));
    const uids = uidsOf(clusterId, flow);
    c.header('X-Kubernetes-PF-FlowSchema-UID', uids.schema);
    c.header('X-Kubernetes-PF-PriorityLevel-UID', uids.level);
    if (identity === undefined || isOfFleet(identity)) {
      c.set('pace', new Pace(slices, ''));
      return next();
    }

    const charged = await chargedTo(identity, clusterId);
    // A token of a cluster that is gone: the next step refuses it.
    if (charged === undefined) {
      c.set('pace', new Pace(slices, identity.clusterId));
      return next();
    }
    const { budget } = charged;
    const { tenantId } = budget;
    const tokenWaitMs = await tokens.spend(tenantId, budget.requests);
    if (tokenWaitMs > 0) throw await refusal(tokenWaitMs);

    const lasts = isLongRunning(attributes);
    if (lasts && !longRunning.begin(tenantId, budget.watches)) throw await refusal(0);
    const { outgoing } = c.env;
    if (lasts) onceClosed(outgoing, () => longRunning.end(tenantId));

    c.set('tenantId', tenantId);
    c.set('pace', new Pace(slices, tenantId));
    const own = charged.clusterId === clusterId ? flow : flowIn(charged.clusterId, identity, attributes);
    const countKey = countKeyOf(attributes);
    const seat = await takeSeat(c, {
      tenantId,
      tenantSeats: budget.inFlight,
      clusterId: charged.clusterId,
      steering: steering.of(charged.clusterId),
      flow: own,
      seats: estimateSeats(workOf(c, attributes), objectCounts.get(countKey)),
    });
    try {
      await next();
    } finally {
      const listed = c.get('listedObjects');
      if (listed === undefined) seat.release();
      else {
        objectCounts.set(countKey, listed);
        // The answer is still being made while it is sent.
        onceClosed(outgoing, () => seat.release());
      }
      noteSteering(attributes);
    }
  });

  function flowIn(clusterId: string, identity: Identity, attributes: RequestAttributes): Flow {
    return steering.of(clusterId).flowOf(flowRequestOf(identity, attributes));
  }

  function noteSteering(attributes: RequestAttributes): void {
    if (attributes.type === 'path' || !mutatingVerbs.has(attributes.verb)) return;
    if (steering.isSteeredBy(attributes.group)) steering.expire(attributes.clusterId);
  }
}

type Outgoing = ApiContext['env']['outgoing'];

function isClosed(outgoing: Outgoing): boolean {
  return 'stream' in outgoing ? outgoing.stream.destroyed : outgoing.destroyed;
}

/** Runs it when the answer is sent or its client is gone, also if that has happened already. */
function onceClosed(outgoing: Outgoing, run: () => void): void {
  if (isClosed(outgoing)) run();
  else outgoing.once('close', run);
}

/** Whoever keeps the fleet going must get through whatever tenants do. */
function isOfFleet(identity: Identity): boolean {
  if (nodeNameOf(identity) !== undefined) return true;
  return identity.clusterId === systemClusterId && identity.groups.includes(groupMasters);
}

/** Others are refused later on, and not at the expense of those whose cluster it is. */
function isAtHome(identity: Identity, clusterId: string, budget: TenantBudget): boolean {
  if (identity.clusterId === clusterId) return true;
  return identity.clusterId === systemClusterId && budget.isMember(identity.username, identity.groups);
}

const nobody = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

function flowRequestOf(identity: Identity | undefined, attributes: RequestAttributes): FlowRequest {
  const { username, groups } = identity ?? nobody;
  return { username, groups, verb: attributes.verb, target: attributes };
}

function workOf(c: ApiContext, attributes: RequestAttributes) {
  const { verb } = attributes;
  const name = attributes.type === 'path' ? attributes.path : attributes.name;
  if (verb !== 'list' && verb !== 'watch') return { verb, name, limit: 0, sendsInitialEvents: false };
  const sendsInitialEvents = c.req.query('sendInitialEvents') === 'true';
  return { verb, name, limit: Number(c.req.query('limit')) || 0, sendsInitialEvents };
}

function countKeyOf(attributes: RequestAttributes): string {
  if (attributes.type === 'path') return attributes.path;
  const { clusterId, group, resource, namespace } = attributes;
  return `${clusterId}/${group}/${resource}/${namespace}`;
}
