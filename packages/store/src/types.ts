import type { ObjectUsage, QuotaRefusal, QuotaRule, StoredBody } from '@berth/machinery';

/** `namespace` is '' for cluster-scoped objects. `resource` is `<plural>` or `<plural>.<group>`: `pods`, `jobs.batch`. */
export interface ObjectKey {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface StoredObject extends ObjectKey {
  readonly uid: string;
  /** The revision of the last change: `metadata.resourceVersion`. */
  readonly revision: number;
  readonly body: StoredBody;
}

/** One intended change of one object. Every write carries its own preconditions and gets its own {@link Outcome}. */
export interface Write extends ObjectKey {
  readonly op: 'create' | 'update' | 'delete';
  readonly uid: string;
  /** The new state; for a delete the last state, as its event shows it. */
  readonly body: StoredBody;
  /** Checked for update and delete. A missing member is not checked. */
  readonly expected?: { readonly revision?: number; readonly uid?: string };
  /** An object that must exist and must not be terminating when this one is created: its namespace. */
  readonly within?: ObjectKey;
  /** True once `metadata.deletionTimestamp` is set; such an object refuses creates `within` it. */
  readonly terminating?: boolean;
  /** The node whose agent must hear of this object. */
  readonly node?: string;
  /** What the new state uses of quotas and plans, beyond being one more object of its resource. */
  readonly usage?: ObjectUsage;
  /** What the object allows the others of its namespace; for a delete, that it did. */
  readonly quota?: QuotaRule;
  /** What the audit log says of it: it rests in the transaction of the write, if that applies. */
  readonly audit?: WriteAudit;
}

export interface WriteAudit {
  readonly record: AuditRecord;
  /** Called once the record rests. */
  readonly onRecorded: () => void;
}

/** One request, as the audit log finds and shows it. */
export interface AuditRecord {
  readonly username: string;
  readonly verb: string;
  /** `pods`, `jobs.batch`; '' for what is no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of the answer. */
  readonly code: number;
  /** JSON of an `audit.k8s.io/v1` Event without what the database knows: its time and its revision. */
  readonly event: string;
}

/** What became of one {@link Write}. Only `applied` changed anything. */
export type Outcome =
  | { readonly status: 'applied'; readonly revision: number }
  | { readonly status: 'exists' }
  | { readonly status: 'missing' }
  | {
      readonly status: 'conflict';
      readonly precondition: 'revision' | 'uid';
      readonly current: { revision: number; uid: string };
    }
  | { readonly status: 'within-missing' }
  | { readonly status: 'within-terminating' }
  /** A quota of the namespace or the tenant's plan has no room for what the write adds. */
  | { readonly status: 'quota'; readonly refusal: QuotaRefusal }
  /** Another object holds what the write would take: an address, a port. */
  | { readonly status: 'held'; readonly value: string }
  /** The cluster takes no writes until it is resumed. */
  | { readonly status: 'suspended' };

/** Why a write did not apply. */
export type Refusal = Exclude<Outcome, { readonly status: 'applied' }>;

/** What became of writes that apply together or not at all. `position` is that of the first one that was refused. */
export type TogetherOutcome =
  | { readonly status: 'applied'; readonly revisions: readonly number[] }
  | { readonly status: 'refused'; readonly position: number; readonly outcome: Refusal };

/** One revision of a cluster's log. `before` is absent for a create, `after` for a delete (`before` of a delete is the stored state, `last` the state its event shows). */
export interface Change extends ObjectKey {
  readonly revision: number;
  readonly uid: string;
  readonly op: 'create' | 'update' | 'delete';
  readonly before?: { readonly revision: number; readonly body: StoredBody };
  readonly after?: StoredBody;
  /** For a delete: the last state, shown with the delete's revision. */
  readonly last?: StoredBody;
  readonly at: Date;
}

/** All objects of some resources, as of one revision. */
export interface ResourceSnapshot {
  readonly revision: number;
  /** Ordered by (resource, namespace, name) in byte order. */
  readonly objects: readonly StoredObject[];
}

/** Whether objects of some resources changed up to a revision. */
export interface ResourceNews {
  readonly revision: number;
  /** Also true where the log that would tell is gone. */
  readonly changed: boolean;
}

/** Where a list goes on: the last key of the page before. */
export interface ListPosition {
  readonly namespace: string;
  readonly name: string;
}

export interface ListQuery {
  readonly resource: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** The revision whose state is listed; absent: the newest. */
  readonly revision?: number;
  /** Exclusive. */
  readonly after?: ListPosition;
  readonly limit?: number;
}

/** Ordered by (namespace, name) in byte order. */
export interface ListPage {
  /** The whole page shows the cluster at this revision. */
  readonly revision: number;
  readonly items: readonly StoredObject[];
  /** Items after the page, at the same revision; 0 when the page is the last. */
  readonly remaining: number;
}

export interface Timer {
  readonly key: string;
  readonly dueAt: Date;
}

/** An effect that leaves the database, delivered at least once by the outbox queue. */
export interface OutboxMessage {
  readonly topic: string;
  readonly payload: unknown;
}

/** Capacity of one fleet node that a pod takes. Cpu in millicores, memory in bytes, all others in whole units. */
export interface NodeClaim {
  readonly node: string;
  readonly podUid: string;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Of each other resource how much, more than nothing. Absent: none. */
  readonly others?: Readonly<Record<string, number>>;
  /**
   * Ports of the host, `<protocol>/<port>/<ip>` each. The same port of the same protocol is taken once per address, and
   * with the address 0.0.0.0 for all of them. A pod's own ports are never in each other's way. Absent: none.
   */
  readonly hostPorts?: readonly string[];
}

/** Everything one turn does, committed together or not at all. */
export interface TurnCommit {
  /** The cursor the turn began from; it must still stand. */
  readonly expectedCursor: number;
  /** Log revision up to which the turn has seen changes. After the commit the cursor also covers the turn's own writes only if the caller says so with `coversOwnWrites`. */
  readonly cursor: number;
  readonly coversOwnWrites: boolean;
  /**
   * The revision of the state that the turn decided from. Older than an earlier turn's commit: `superseded`. The cursor
   * alone cannot tell, because it stands still when a turn that timers woke commits just after a user's write; a second
   * turn from the same cursor would then do the first one's work again under other names.
   */
  readonly baseRevision?: number;
  readonly writes: readonly Write[];
  readonly setTimers: readonly Timer[];
  /** Cleared only if still due at that time: a timer that was moved in between stays. */
  readonly clearTimers: readonly Timer[];
  readonly outbox: readonly OutboxMessage[];
  readonly claims: readonly NodeClaim[];
  /** Pod uids whose claims end. */
  readonly releases: readonly string[];
}

export type TurnOutcome =
  | { readonly status: 'committed'; readonly revisions: readonly number[]; readonly head: number }
  /** Another turn moved the cursor. Nothing was applied. */
  | { readonly status: 'superseded' }
  /** The cluster has no turns until it is resumed. Nothing was applied. */
  | { readonly status: 'suspended' }
  /** A user wrote in between. Nothing was applied. */
  | { readonly status: 'conflict'; readonly write: Write; readonly outcome: Outcome }
  /** A node had no room left. Nothing was applied. */
  | { readonly status: 'no-capacity'; readonly node: string };

/** A change feed's hint. Losing one costs time, never data. */
export interface RevisionHint {
  readonly clusterId: string;
  readonly revision: number;
}

/** Carries hints between processes; Redis in production (`@berth/queue`). Best effort in both directions: never throws, never blocks a commit. */
export interface HintBus {
  publish(hint: RevisionHint): void;
  /** @returns the function that ends the subscription. */
  subscribe(listener: (hint: RevisionHint) => void): () => void;
  /** Also queues a turn for the cluster. */
  requestTurn(clusterId: string): void;
}

/** Thrown by reads of a revision that retention has dropped. */
export interface CompactedDetails {
  readonly requested: number;
  readonly oldest: number;
}
