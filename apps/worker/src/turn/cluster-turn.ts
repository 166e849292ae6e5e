import { randomUUID } from 'node:crypto';
import {
  mostPodsAtOnce,
  type PlanRoom,
  type Reconciler,
  runTurn,
  type TurnPlan,
  viewOwnNodes,
} from '@berth/controllers';
import { planState } from '@berth/machinery';
import { type KindRegistry, tenantRegistry, withOwnNodes } from '@berth/kinds';
import type { Store, TurnCommit, TurnOutcome } from '@berth/store';
import type { TenancyFollower } from '../tenancy/follow-tenancy.ts';
import type { FleetNodes } from './fleet-nodes.ts';
import type { NodeWatchers } from './node-watchers.ts';
import { newNameSuffix } from './name-suffix.ts';
import { observeChanges } from './observed-changes.ts';
import { viewReplica } from './replica-view.ts';
import type { TurnReport } from './turn-report.ts';

/** The kinds of a cluster that brings its own nodes. */
const ownNodesRegistry = withOwnNodes(tenantRegistry);

/** What a turn works with. */
export interface TurnDeps {
  readonly store: Store;
  readonly registryOf: (clusterId: string) => KindRegistry;
  readonly reconcilers: readonly Reconciler[];
  readonly fleetNodes: FleetNodes;
  readonly nodeWatchers: NodeWatchers;
  readonly tenancy: TenancyFollower;
  /** Which nodes the cluster uses; undefined: every node of the fleet. */
  readonly nodesOf: (clusterId: string) => Promise<UsedNodes | undefined>;
  /** PEM of the CA that signs the API server's certificate. */
  readonly clusterCa: string;
  readonly now: () => Date;
  readonly budget: TurnSize;
  readonly report: TurnReport;
  /** Told how long planning kept the thread, in milliseconds, at each attempt. */
  readonly onPlanned?: (ms: number) => void;
}

/** Of the fleet's nodes those of some pools (undefined: all of them), or none but the cluster's own. */
interface UsedNodes {
  readonly nodePools: readonly string[] | undefined;
  readonly ownNodes: boolean;
}

/** How much one cluster may do before the next one has its turn. */
export interface TurnSize {
  readonly maxWrites: number;
  readonly maxMs: number;
  /** Changes of the log, and timers that are due, that one turn looks at: of each so many. */
  readonly maxChanges: number;
  /** Pods that one reconcile deals with. Default: as many as controllers like. */
  readonly podsAtOnce?: number;
}

export const defaultTurnSize: TurnSize = { maxWrites: 2_000, maxMs: 200, maxChanges: 2_000 };

/**
 * The size of a turn where other tenants have turns, too: a turn keeps the thread for as long as it plans, and theirs wait for that,
 * several times on the way of one Job.
 */
export function withNeighbours({ maxWrites, maxMs, maxChanges }: TurnSize): TurnSize {
  const tenth = (whole: number): number => Math.max(1, Math.floor(whole / 10));
  return {
    maxWrites: tenth(maxWrites),
    maxMs: tenth(maxMs),
    maxChanges: tenth(maxChanges),
    podsAtOnce: tenth(mostPodsAtOnce),
  };
}

/** Conflicts in a row after which the cluster goes back to the end of the queue. */
const maxAttempts = 5;

/**
 * - `idle`: nothing to do, nothing committed.
 * - `quiet`: committed, and nothing left of what the turn saw. For what came meanwhile, the store has asked for a turn.
 * - `more`: the turn was not long enough; another one is needed.
 * - `superseded`: another worker had the turn; whatever there was to do is its business.
 * - `suspended`: the cluster has no turns until it is resumed.
 */
export type TurnEnd = 'idle' | 'quiet' | 'more' | 'superseded' | 'suspended';

/**
 * One turn of one cluster: reads what the log gained since the last turn and which timers are due, reconciles, and commits
 * all of it or nothing. A conflict drops the work and reconciles again from fresh state. Safe to run twice at once, in
 * one process or two: of two turns that began from the same state only one commits.
 *
 * @throws StoreError; the cluster is then as it was before, or (CommitUnknownError) as it is after the turn.
 */
export async function runClusterTurn(clusterId: string, deps: TurnDeps): Promise<TurnEnd> {
  let distrustsReleases = false;
  let plan: PlanRoom | undefined;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const outcome = await attemptTurn(clusterId, deps, { distrustsReleases, plan });
    if (!isTriedAgain(outcome)) return outcome;
    distrustsReleases ||= outcome === 'again-without-room';
    if (outcome === 'again-within-plan' || plan) plan = await planRoom(clusterId, deps.store);
  }
  return 'more';
}

/** Nothing was done, and why. */
type TriedAgain = 'again' | 'again-without-room' | 'again-within-plan';

function isTriedAgain(end: TurnEnd | TriedAgain): end is TriedAgain {
  return end.startsWith('again');
}

async function attemptTurn(
  clusterId: string,
  deps: TurnDeps,
  attempt: { readonly distrustsReleases: boolean; readonly plan: PlanRoom | undefined },
): Promise<TurnEnd | TriedAgain> {
  const { store, budget, report } = deps;
  const registry = deps.registryOf(clusterId);
  const startedAt = performance.now();
  const cluster = store.cluster(clusterId);
  const now = deps.now();
  // The cursor first: the state read after it shows at least every turn that moved the cursor there.
  const start = await cluster.turnStart(now, budget.maxChanges);
  const { cursor, dueTimers: timers } = start;
  const view = viewReplica(await cluster.replica(), registry);
  const observed = await observeChanges(cluster, { view, registry, cursor, limit: budget.maxChanges });
  if (observed.cursor === cursor && timers.length === 0) return 'idle';

  // Before the commit: a turn that fails is done again.
  await deps.tenancy.follow(clusterId, observed.changes, view);
  const [sawNodes, used] = await Promise.all([
    deps.fleetNodes.follow(clusterId, observed.changes),
    deps.nodesOf(clusterId),
    deps.nodeWatchers.follow(clusterId, observed.changes),
  ]);
  const hasOwnNodes = used?.ownNodes ?? false;
  const nodes = hasOwnNodes ? viewOwnNodes(view) : await deps.fleetNodes.view(used?.nodePools);
  const plannedAt = performance.now();
  const plan = runTurn({
    base: view,
    changes: observed.changes,
    timers,
    nodes,
    registry: hasOwnNodes ? ownNodesRegistry : registry,
    reconcilers: deps.reconcilers,
    now,
    newUid: randomUUID,
    newNameSuffix,
    clusterCa: deps.clusterCa,
    distrustsReleases: attempt.distrustsReleases,
    plan: attempt.plan,
    budget: {
      maxWrites: budget.maxWrites,
      deadline: () => performance.now() - plannedAt > budget.maxMs,
      ...(budget.podsAtOnce !== undefined && { podsAtOnce: budget.podsAtOnce }),
    },
  });
  deps.onPlanned?.(performance.now() - plannedAt);
  for (const failure of plan.errors) report.reconcileFailed(clusterId, failure);

  const commit = commitOf(hasOwnNodes ? withoutClaims(plan) : plan, {
    cursor,
    seen: observed.cursor,
    base: view.revision,
  });
  const outcome = await cluster.commitTurn(commit);
  report.ended(clusterId, { outcome, commit, sawNodes, ms: performance.now() - startedAt });
  const isUnfinished = plan.exhausted || observed.cursor < view.revision || start.hasMoreTimers;
  return endOf(outcome, isUnfinished);
}

/** What a cluster's own nodes hold is nobody else's to count. */
function withoutClaims(plan: TurnPlan): TurnPlan {
  return { ...plan, claims: [], releases: [] };
}

function commitOf(
  plan: TurnPlan,
  revisions: { readonly cursor: number; readonly seen: number; readonly base: number },
): TurnCommit {
  const { writes, setTimers, clearTimers, claims, releases } = plan;
  return {
    expectedCursor: revisions.cursor,
    cursor: revisions.seen,
    baseRevision: revisions.base,
    // The turn went on until its own writes woke nobody, or left a timer for whom they woke.
    coversOwnWrites: plan.coversOwnWrites,
    writes,
    setTimers,
    clearTimers,
    outbox: [],
    claims,
    releases,
  };
}

function endOf(outcome: TurnOutcome, isUnfinished: boolean): TurnEnd | TriedAgain {
  if (outcome.status === 'suspended') return 'suspended';
  if (outcome.status === 'superseded') return 'superseded';
  // A pod that ended may have had no claim to end (its node was set by hand): what it seemed to free is not there.
  if (outcome.status === 'no-capacity') return 'again-without-room';
  if (isBeyondPlan(outcome)) return 'again-within-plan';
  if (outcome.status !== 'committed') return 'again';
  return isUnfinished ? 'more' : 'quiet';
}

function isBeyondPlan(outcome: TurnOutcome): boolean {
  return (
    outcome.status === 'conflict' &&
    outcome.outcome.status === 'quota' &&
    outcome.outcome.refusal.by === 'plan'
  );
}

/** Read after the refusal: the next try is refused only if somebody else takes what is left. */
async function planRoom(clusterId: string, store: Store): Promise<PlanRoom | undefined> {
  const owner = await store.clusterOwner(clusterId);
  if (!owner) return undefined;
  const { tenantId } = owner;
  return { tenant: tenantId, state: planState(tenantId, await store.tenantLimits.usage(tenantId)) };
}
