import type { AssignmentRoom, KindRegistry } from '@berth/kinds';
import type { ObjectUsage, QuotaRule, StoredBody } from '@berth/machinery';
import type { NodeRoom, NodeView, ObservedChange, ReconcileKey, Reconciler } from '../reconciler.ts';
import type { BaseView } from './base-view.ts';
import type { PlanRoom } from './quota-ledger.ts';

/** A write of the turn; a `Write` of the store. */
export interface TurnWrite extends ReconcileKey {
  readonly op: 'create' | 'update' | 'delete';
  readonly uid: string;
  readonly body: StoredBody;
  /**
   * The first write to an object that was there before the turn carries its revision. Later ones carry the uid alone:
   * they follow their predecessor in the same transaction.
   */
  readonly expected?: { readonly revision?: number; readonly uid?: string };
  readonly within?: ReconcileKey;
  readonly terminating?: boolean;
  readonly node?: string;
  readonly usage?: ObjectUsage;
  readonly quota?: QuotaRule;
}

export interface TurnTimer {
  readonly key: string;
  readonly dueAt: Date;
}

export interface TurnClaim extends NodeRoom {
  readonly podUid: string;
}

export interface TurnBudget {
  /** No further key is reconciled once so many writes are planned. */
  readonly maxWrites: number;
  /** True once the turn has taken long enough. */
  readonly deadline: () => boolean;
  /** How often one key may be reconciled in one turn before it counts as restless. Default 100. */
  readonly maxRoundsPerKey?: number;
  /** As in `ReconcileContext`: the deadline is looked at between two reconciles, so that one of them should be short. Default `mostPodsAtOnce`. */
  readonly podsAtOnce?: number;
}

/** Everything a turn decides from. */
export interface TurnInput {
  readonly base: BaseView;
  /** What the log gained since the last turn, oldest first; `base` already shows it. */
  readonly changes: readonly ObservedChange[];
  /**
   * The cluster's timers that are due at `now`. Later ones may be among them: they wake nothing, but one that its key no
   * longer asks for is cleared, and a retry's count of failures is gone on with.
   */
  readonly timers: readonly TurnTimer[];
  readonly nodes: readonly NodeView[];
  readonly registry: KindRegistry;
  readonly reconcilers: readonly Reconciler[];
  readonly now: Date;
  readonly newUid: () => string;
  readonly newNameSuffix: () => string;
  readonly clusterCa: string;
  /** What objects can be given. Default: nothing. */
  readonly room?: AssignmentRoom;
  /**
   * Room that a release gives back is not used in the same turn. To be set for the next try after a commit was refused
   * because a node had no room left: a pod whose claim ends may never have had one. Nor is room claimed then for pods
   * that others put on a node.
   */
  readonly distrustsReleases?: boolean;
  /** To be set for the next try after a commit was refused because the tenant's plan had no room. */
  readonly plan?: PlanRoom | undefined;
  readonly budget: TurnBudget;
}

export interface ReconcileFailure {
  readonly reconciler: string;
  readonly key: ReconcileKey;
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly failures: number;
}

/** Everything a turn does, to be committed together or not at all. */
export interface TurnPlan {
  /** In the order in which the log shows them. */
  readonly writes: readonly TurnWrite[];
  readonly setTimers: readonly TurnTimer[];
  readonly clearTimers: readonly TurnTimer[];
  readonly claims: readonly TurnClaim[];
  /** Uids of pods whose claims end. */
  readonly releases: readonly string[];
  /** The budget was spent with keys left over: they are among `setTimers`, due at once. */
  readonly exhausted: boolean;
  readonly errors: readonly ReconcileFailure[];
  /**
   * Whether the turn has heard of its own writes in full. Not where it wrote nodes: its view of them is as of its beginning, and whoever
   * tells other clusters of them looks at what a turn is about to handle.
   */
  readonly coversOwnWrites: boolean;
}
