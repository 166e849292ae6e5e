import type { AuditLog } from './audit-log.ts';
import type { KubeObject, StoredBody, TypeMeta } from '@berth/machinery';
import type { NodeCapacity } from './node-capacity.ts';
import type { Outbox } from './outbox.ts';
import type { AssignedWake } from './queries/wake-assigned.ts';
import type { TimerWake } from './queries/wake-timers.ts';
import type { Metering, TenantLimits } from './usage.ts';
import type {
  Change,
  ListPage,
  ListQuery,
  ObjectKey,
  Outcome,
  ResourceNews,
  ResourceSnapshot,
  StoredObject,
  Timer,
  TogetherOutcome,
  TurnCommit,
  TurnOutcome,
  Write,
} from './types.ts';

/**
 * One database, that any number of processes may have open.
 *
 * Every method may throw a `StoreError`. A method that changed something and then lost its connection throws
 * `CommitUnknownError`: the change may or may not have happened.
 */
export interface Store {
  /** The store's view of one cluster. Holds nothing; the cluster need not exist. */
  cluster(clusterId: string): ClusterStore;
  /**
   * Creates the cluster's row and its first objects in one transaction, together with a write to the system cluster's
   * log if one is given. Nothing is created if any of the writes does not apply.
   *
   * @returns `exists` for an id that is taken, or what the write to the system cluster met. A revision is that write's;
   *   without one that of the last object.
   * @throws ClusterSeedError when one of the first objects does not apply
   */
  createCluster(cluster: NewCluster): Promise<Outcome>;
  readonly removals: ClusterRemovals;
  /**
   * A suspended cluster can be read and deleted, and refuses everything else: writes and turns get the outcome
   * `suspended`, and no sweep or timer wakes it. Resuming wakes it at once.
   *
   * @throws ClusterMissingError
   */
  setSuspended(clusterId: string, suspended: boolean): Promise<void>;
  /** The same together with a write to the `system` cluster, both or neither. @returns what the write met */
  recordSuspended(
    cluster: { readonly clusterId: string; readonly suspended: boolean },
    recordedBy: Write,
  ): Promise<Outcome>;
  /** Positive answers are cached for a second, or until this process learns that the cluster is gone. */
  clusterExists(clusterId: string): Promise<boolean>;
  /** Whose the cluster is; undefined if it does not exist. Nothing is cached. */
  clusterOwner(clusterId: string): Promise<ClusterOwner | undefined>;
  /** In byte order. */
  listClusterIds(): Promise<string[]>;
  /** For the sweep: clusters whose log is ahead of their turn cursor, or that have timers due. */
  clustersWithWork(now: Date, limit: number): Promise<string[]>;
  /**
   * The cron dispatcher's batch: marks up to `limit` timers as dispatched that are due and were not dispatched within
   * `redispatchAfterMs`, and returns the clusters to wake, each once. Concurrent callers get different timers.
   */
  takeDueClusters(
    now: Date,
    options: { readonly limit: number; readonly redispatchAfterMs: number },
  ): Promise<string[]>;
  /**
   * Makes the timers of this key, one per cluster, due at once: what they wait for may have come. Returns the clusters to
   * wake. The dispatcher counts them as dispatched.
   */
  hastenTimers(key: string, now: Date): Promise<string[]>;
  /**
   * For each timer whose key begins so, in every cluster, another one that is due at once, under the key that begins
   * otherwise and ends the same. Returns the clusters to wake. The dispatcher counts them as dispatched.
   */
  wakeTimers(wake: TimerWake, now: Date): Promise<string[]>;
  /**
   * A timer that is due at once, in each cluster that has something assigned to the node. Returns the clusters to wake.
   * The dispatcher counts them as dispatched. Suspended clusters get theirs for when they are resumed.
   */
  wakeAssigned(wakes: readonly AssignedWake[], now: Date): Promise<string[]>;
  /** The nodes that anything of any cluster is assigned to, in byte order. */
  assignedNodes(): Promise<string[]>;
  /** Level-triggered feed for one node's agent: every object assigned to the node, over all clusters that are not suspended. */
  assignedTo(node: string): Promise<AssignedObject[]>;
  /**
   * Of one cluster and resource, what each of the nodes is assigned: without the nodes that are assigned nothing. While a node's
   * version is the same, so are its objects.
   */
  assignedVersions(which: {
    readonly clusterId: string;
    readonly resource: string;
    readonly nodes: readonly string[];
  }): Promise<ReadonlyMap<string, AssignedVersion>>;
  /** Of one cluster and resource, what a node is assigned that changed after a revision. */
  assignedSince(
    node: string,
    since: { readonly clusterId: string; readonly resource: string; readonly revision: number },
  ): Promise<AssignedChanges>;
  /** The objects among `refs` that exist, in no particular order. */
  readBodies(refs: readonly ClusterObjectKey[]): Promise<ClusterObject[]>;
  /** At which revision the objects among `refs` that exist changed last, in no particular order. */
  readRevisions(refs: readonly ClusterObjectKey[]): Promise<ClusterObjectRevision[]>;
  readonly heartbeats: Heartbeats;
  readonly outbox: Outbox;
  readonly signingKeys: SigningKeys;
  readonly storedKeys: StoredKeys;
  readonly nodeCapacity: NodeCapacity;
  readonly tenantLimits: TenantLimits;
  readonly metering: Metering;
  /**
   * Counts what the objects of a cluster use and hold again, and mends counters, the tenant's usage and the status of quotas if they are
   * wrong, which they never should be. Stops the cluster's commits meanwhile.
   *
   * @returns how many counters were wrong.
   */
  recount(clusterId: string): Promise<number>;
  /** How many counters of a cluster are not what its objects use, as of one moment. Stops nobody and mends nothing. */
  usageDrift(clusterId: string): Promise<number>;
  readonly audit: AuditLog;
  /** Creates the log's partitions for `now` and the time soon after it. */
  ensurePartitions(now: Date): Promise<void>;
  /**
   * Drops the log's partitions whose last moment is older than the retention, and moves each cluster's compacted
   * revision accordingly. Default retention: the store's `retentionMs`.
   *
   * @returns the number of partitions dropped.
   */
  dropExpiredPartitions(now: Date, retentionMs?: number): Promise<number>;
  /** Throws unless the database answers. */
  ping(): Promise<void>;
  /** Ends followers, waits for writes in flight, closes all connections. */
  close(): Promise<void>;
}

/** One cluster's log, its fold, its timers and its turn cursor. */
export interface ClusterStore {
  readonly clusterId: string;
  /** The newest revision; 0 before the first write. Concurrent callers share one query. @throws ClusterMissingError */
  head(): Promise<number>;
  /**
   * What the objects of RBAC were at this revision they still are: shares the query of `head`. @throws ClusterMissingError
   */
  rulesRevision(): Promise<number>;
  get(key: ObjectKey): Promise<StoredObject | undefined>;
  /**
   * @throws CompactedError when `query.revision` is older than retention; FutureRevisionError when it is not yet
   *   reached; ClusterMissingError
   */
  list(query: ListQuery): Promise<ListPage>;
  /** @throws ClusterMissingError */
  readResources(resources: readonly string[]): Promise<ResourceSnapshot>;
  /** What came after a revision, with the revision up to which the answer holds. @throws ClusterMissingError */
  resourcesChanged(resources: readonly string[], after: number): Promise<ResourceNews>;
  /** What objects of the cluster hold, and nobody else may: see `ObjectUsage.holds`. In byte order. */
  heldValues(): Promise<string[]>;
  /** Commits one write together with the others that arrive at the same time. */
  write(write: Write): Promise<Outcome>;
  /** Commits writes in one transaction of their own: all of them, in order, or none. @throws ClusterMissingError */
  writeTogether(writes: readonly Write[]): Promise<TogetherOutcome>;
  /**
   * Changes with a revision greater than `after`, in order: at most `limit`, fewer where they are large, none only if
   * there are none.
   *
   * @throws CompactedError when `after` is older than retention; ClusterMissingError
   */
  changes(after: number, limit: number): Promise<Change[]>;
  /** Objects of the resource that are being deleted, in order of their keys. */
  terminating(resource: string): Promise<ObjectKey[]>;
  nextTimer(): Promise<Timer | undefined>;
  /** The revision up to which turns have seen the log. */
  cursor(): Promise<number>;
  /** What a turn begins from, in one go, with at most so many of the timers that are due. The cursor is read first. */
  turnStart(now: Date, mostTimers: number): Promise<TurnStart>;
  commitTurn(commit: TurnCommit): Promise<TurnOutcome>;
  /**
   * The cluster folded up in memory, as new as every write acknowledged before the call. Shared per process and kept
   * while it is in use, as far as the byte budget over all clusters allows.
   *
   * @throws ClusterMissingError
   */
  replica(): Promise<Replica>;
  /** The replica if this process holds one, without bringing it forward. */
  warmReplica(): Replica | undefined;
  /**
   * Follows the log from a revision: every change once, in order, in batches that are never empty. Wakes on hints and
   * polls as a fallback; all followers of a cluster in a process share one reader. Ends when `signal` aborts.
   *
   * @throws CompactedError (from the iterator) when `after` is, or by slow reading became, older than retention;
   *   ClusterMissingError when the cluster does not exist or is deleted.
   */
  follow(after: number, signal: AbortSignal): AsyncIterable<readonly Change[]>;
}

/** 0 and no timers for a cluster that does not exist. */
export interface TurnStart {
  readonly cursor: number;
  /** In order of their time. */
  readonly dueTimers: readonly Timer[];
  /** More are due: this turn will not be the last. */
  readonly hasMoreTimers: boolean;
}

/** A fold at one revision: immutable, so that a reader may keep it while the cluster moves on. */
export interface Replica {
  readonly revision: number;
  get(key: ObjectKey): ReplicaObject | undefined;
  /** Ordered as {@link ListPage}. */
  list(resource: string, namespace?: string): readonly ReplicaObject[];
  /** Objects with an owner reference to the uid, in no particular order. */
  ownedBy(ownerUid: string): readonly ReplicaObject[];
}

/** A parsed stored body: no `apiVersion`, no `kind`, no `metadata.resourceVersion`. */
export type StoredContent = Omit<KubeObject, keyof TypeMeta>;

export interface ReplicaObject extends StoredObject {
  /** Parsed at first use, then kept. Must not be mutated. */
  readonly object: StoredContent;
  /** What `make` made of it at the first call, kept as long as the entry is. All calls must mean the same. */
  completed<T>(make: (entry: ReplicaObject) => T): T;
}

export interface NewCluster {
  readonly clusterId: string;
  readonly tenantId: string;
  readonly seed: readonly Write[];
  /** A write to the `system` cluster. */
  readonly recordedBy?: Write;
  /** The keys that sign its tokens. Default: none; the first token makes one. */
  readonly signingKeys?: readonly SigningKey[];
  /** Takes no writes after its first ones. Default false. */
  readonly suspended?: boolean;
}

/**
 * The end of clusters: gone for everybody at once, and then for good, row by row. Each step may be taken again at any time
 * by any process. A later cluster of the same id begins beyond the revisions of every former one, so that nobody
 * mistakes its state for a former one's.
 */
export interface ClusterRemovals {
  /**
   * Ends the cluster for everybody: its tokens, reads, writes and turns. With a write to the `system` cluster, both or
   * neither. Its id cannot be had until {@link end}. No error for a cluster that has ended already.
   */
  begin(clusterId: string, recordedBy?: Write): Promise<Outcome>;
  /**
   * Removes at most about `limit` rows of a cluster that has ended, with its claims on nodes, in one short transaction.
   * What is kept are the records of its tenant: tables that the role of clusters' work can only add to.
   *
   * @returns how many; 0 when none is left.
   */
  removeRows(clusterId: string, limit: number): Promise<number>;
  /** Gives the id free. With a write to the `system` cluster, both or neither. */
  end(clusterId: string, recordedBy?: Write): Promise<Outcome>;
  /** Clusters that have ended and still have their id, in byte order. */
  pending(): Promise<string[]>;
}

export interface ClusterOwner {
  readonly tenantId: string;
  /** See {@link Store.setSuspended}. */
  readonly suspended: boolean;
}

export interface ClusterObjectKey extends ObjectKey {
  readonly clusterId: string;
}

export interface ClusterObject extends StoredObject {
  readonly clusterId: string;
}

export interface ClusterObjectRevision extends ClusterObjectKey {
  readonly revision: number;
}

/** What a node's agent needs to see which of its objects changed. */
export interface AssignedObject extends ClusterObjectKey {
  readonly uid: string;
  readonly revision: number;
}

/** What a node is assigned of one cluster. A change makes `newest`, the largest revision, larger, a removal `count` smaller. */
export interface AssignedVersion {
  readonly count: number;
  readonly newest: number;
}

/** As of one moment. */
export interface AssignedChanges {
  /** All objects, changed or not. */
  readonly count: number;
  readonly changed: readonly AssignedObject[];
}

/**
 * Objects that are overwritten often and stay off the log: Leases. Their revision counts the writes of the one
 * object; nothing can be listed at a past revision or watched.
 */
export interface Heartbeats {
  /** `exists` when `expectedRevision` is 0 and the object is there; `missing` or `conflict` when another one is expected. */
  put(clusterId: string, heartbeat: HeartbeatWrite): Promise<Outcome>;
  get(clusterId: string, key: ObjectKey): Promise<StoredObject | undefined>;
  /** Ordered as {@link ListPage}. */
  list(
    clusterId: string,
    query: { readonly resource: string; readonly namespace?: string },
  ): Promise<StoredObject[]>;
  /** @returns whether it was there. */
  remove(clusterId: string, key: ObjectKey): Promise<boolean>;
}

export interface HeartbeatWrite extends ObjectKey {
  readonly uid: string;
  readonly body: StoredBody;
  /** 0: must not exist yet. Absent: whatever is there is overwritten. */
  readonly expectedRevision?: number;
}

/** The token signing keys of clusters. */
export interface SigningKeys {
  /** Those that sign first come first. */
  list(clusterId: string): Promise<SigningKey[]>;
  /** Without the private halves; one round trip. In no particular order. */
  listPublic(clusterId: string): Promise<Array<Pick<SigningKey, 'keyId' | 'publicJwk'>>>;
  insert(clusterId: string, key: SigningKey): Promise<'inserted' | 'exists'>;
  remove(clusterId: string, keyId: string): Promise<boolean>;
  /** Moves `usedUntil` to this time, or leaves it where it is later. @returns whether the key exists */
  extendUse(clusterId: string, keyId: string, until: Date): Promise<boolean>;
  /**
   * Clusters whose newest key of an algorithm signs since before `signsBefore`, and those with a key whose successor
   * signs, and whose last token ended, before `endedBefore`. In byte order, at most `limit`.
   */
  clustersToRotate(due: {
    readonly signsBefore: Date;
    readonly endedBefore: Date;
    readonly limit: number;
  }): Promise<string[]>;
}

export interface SigningKey {
  readonly keyId: string;
  /** A JOSE algorithm: `EdDSA`, `ES256`. */
  readonly algorithm: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** The private JWK, sealed by the caller: the store never sees it in clear. */
  readonly sealedPrivateJwk: string;
  /** It is published before it signs. */
  readonly signsFrom: Date;
  /** No token that it signed ends later. Absent before the first one. */
  readonly usedUntil?: Date;
}

/** Keys that rest sealed, and what the rotation of master and data keys does with them. */
export interface StoredKeys {
  /** Clusters with keys whose sealed form does not begin so, at most so many: those that another master key sealed. */
  clustersSealedOtherwise(prefix: string, limit: number): Promise<string[]>;
  list(clusterId: string): Promise<StoredKey[]>;
  /** Puts another form of the same key in its place. @returns false if it is not there any more as it was read */
  replace(clusterId: string, key: StoredKey, sealed: string): Promise<boolean>;
  /**
   * Retires the cluster's data key for a new one, unless it was made under the newest master key already. What is sealed
   * with it stays readable.
   */
  renewDataKey(clusterId: string, masterKeyId: string): Promise<'renewed' | 'current' | 'none'>;
  /** Seals the next objects anew that rest under a retired key, or in clear. Their revisions stay as they are. */
  resealObjects(clusterId: string, after?: ObjectKey): Promise<ResealedObjects>;
  /** Removes retired data keys that neither an object nor the log needs any more. @returns how many */
  dropUnusedDataKeys(clusterId: string): Promise<number>;
}

export interface StoredKey {
  readonly use: 'signing' | 'data';
  readonly keyId: string;
  readonly sealed: string;
}

export interface ResealedObjects {
  readonly resealed: number;
  /** Objects that do not open: they are left as they are. */
  readonly unreadable: readonly ObjectKey[];
  /** Where to go on; absent when all were looked at. */
  readonly next?: ObjectKey;
}
