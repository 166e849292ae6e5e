import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { byteText, counter, instant } from './columns.ts';

/**
 * Every table that holds a tenant's rows begins its primary key with `cluster_id` and is closed by row-level security.
 * Partitions, policies, roles, functions and storage parameters are in the hand-written migrations.
 */
export const berth = pgSchema('berth');

export const clusters = berth.table(
  'clusters',
  {
    id: byteText().primaryKey(),
    tenantId: byteText('tenant_id').notNull(),
    /** Newest revision of the log. Taken under this row's lock. */
    revision: counter().notNull().default(0),
    /** Turns have seen the log up to here. */
    cursor: counter().notNull().default(0),
    /** Where the log ended when a turn last committed. */
    turnRevision: counter('turn_revision').notNull().default(0),
    /** The log up to here may be gone. */
    compactedRevision: counter('compacted_revision').notNull().default(0),
    /** The newest revision of an object of RBAC, if not before the cluster's first: kept by a trigger of the log. */
    rulesRevision: counter('rules_revision').notNull().default(0),
    /** Refuses every write and every turn. */
    suspended: boolean().notNull().default(false),
    /** There are rows of it in `quotas`. */
    hasQuotas: boolean('has_quotas').notNull().default(false),
    /** There are rows of its tenant in `tenant_limits`. */
    hasPlan: boolean('has_plan').notNull().default(false),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (table) => [index('clusters_tenant').on(table.tenantId)],
);

/** Clusters that are gone for everybody, and whose rows are being removed: until then nobody gets their ids. */
export const formerClusters = berth.table('former_clusters', {
  id: byteText().primaryKey(),
  tenantId: byteText('tenant_id').notNull(),
  revision: counter().notNull(),
});

/**
 * Where the log of any deleted cluster ended at most, in one row. Later clusters begin there: so one of the same id is
 * never mistaken for the former, and nothing of the former has to be kept.
 */
export const revisionFloor = berth.table('revision_floor', {
  isOnly: boolean('is_only').primaryKey().default(true),
  revision: counter().notNull(),
});

/** The log folded up: the current state of every object. */
export const objects = berth.table(
  'objects',
  {
    clusterId: byteText('cluster_id').notNull(),
    resource: byteText().notNull(),
    /** '' for cluster-scoped objects. */
    namespace: byteText().notNull(),
    name: byteText().notNull(),
    uid: byteText().notNull(),
    revision: counter().notNull(),
    terminating: boolean().notNull(),
    /** The node whose agent must hear of the object. */
    node: byteText(),
    body: text().notNull(),
    /** What the object uses beyond being one more of its kind, as `commit_writes` documents it. */
    usage: text(),
  },
  (table) => [
    primaryKey({ columns: [table.clusterId, table.resource, table.namespace, table.name] }),
    index('objects_node').on(table.node).where(sql`node is not null`),
    index('objects_terminating').on(table.clusterId, table.resource).where(sql`terminating`),
  ],
);

/** Each revision's change. Partitioned by `at`; see `ensure_log_partitions`. */
export const log = berth.table(
  'log',
  {
    clusterId: byteText('cluster_id').notNull(),
    revision: counter().notNull(),
    at: instant().notNull(),
    op: text({ enum: ['create', 'update', 'delete'] }).notNull(),
    resource: byteText().notNull(),
    namespace: byteText().notNull(),
    name: byteText().notNull(),
    uid: byteText().notNull(),
    beforeRevision: counter('before_revision'),
    beforeBody: text('before_body'),
    afterBody: text('after_body'),
    /** What a delete's event shows. */
    lastBody: text('last_body'),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.revision, table.at] })],
);

export const timers = berth.table(
  'timers',
  {
    clusterId: byteText('cluster_id').notNull(),
    key: byteText().notNull(),
    dueAt: instant('due_at').notNull(),
    /** When the dispatcher last woke the cluster for it. */
    dispatchedAt: instant('dispatched_at'),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.key] }), index('timers_due_at').on(table.dueAt)],
);

export const outbox = berth.table(
  'outbox',
  {
    clusterId: byteText('cluster_id').notNull(),
    id: bigint({ mode: 'bigint' }).generatedAlwaysAsIdentity().notNull(),
    topic: text().notNull(),
    payload: jsonb().notNull(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    takenAt: instant('taken_at'),
    attempts: integer().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.id] }), index('outbox_id').on(table.id)],
);

/** Objects that stay off the log. */
export const heartbeats = berth.table(
  'heartbeats',
  {
    clusterId: byteText('cluster_id').notNull(),
    resource: byteText().notNull(),
    namespace: byteText().notNull(),
    name: byteText().notNull(),
    uid: byteText().notNull(),
    revision: counter().notNull(),
    body: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.resource, table.namespace, table.name] })],
);

export const signingKeys = berth.table(
  'signing_keys',
  {
    clusterId: byteText('cluster_id').notNull(),
    keyId: byteText('key_id').notNull(),
    algorithm: text().notNull(),
    publicJwk: jsonb('public_jwk').$type<Readonly<Record<string, unknown>>>().notNull(),
    sealedPrivateJwk: text('sealed_private_jwk').notNull(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    /** It is published before it signs. */
    signsFrom: instant('signs_from').notNull().default(sql`now()`),
    /** No token that it signed ends later; null before the first one. */
    usedUntil: instant('used_until'),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.keyId] })],
);

/** Keys that seal bodies, themselves sealed under a master key. At most one of a cluster is not retired (see the migration). */
export const dataKeys = berth.table(
  'data_keys',
  {
    clusterId: byteText('cluster_id')
      .notNull()
      .references(() => clusters.id, { onDelete: 'cascade' }),
    keyId: byteText('key_id').notNull(),
    sealedKey: text('sealed_key').notNull(),
    /** The id of the master key that it was made under; it stays when another one seals it. */
    madeUnder: text('made_under').notNull(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    retiredAt: instant('retired_at'),
  },
  (table) => [
    primaryKey({ columns: [table.clusterId, table.keyId] }),
    uniqueIndex('data_keys_active').on(table.clusterId).where(sql`retired_at is null`),
  ],
);

/** What was asked and what became of it. Partitioned by `at`, a day each; see the migration. Its application's role only adds. */
export const audit = berth.table(
  'audit',
  {
    clusterId: byteText('cluster_id').notNull(),
    at: instant().notNull(),
    /** The revision of what was written; below 0 for what left none. Tells records of one moment apart. */
    seq: counter().notNull(),
    /** A cluster that is gone, whose record this was. Its namespace is that of the tenant then. */
    formerCluster: byteText('former_cluster'),
    username: byteText().notNull(),
    verb: byteText().notNull(),
    /** `pods`, `jobs.batch`; '' for what is no resource. */
    resource: byteText().notNull(),
    namespace: byteText().notNull(),
    name: byteText().notNull(),
    code: integer().notNull(),
    event: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.at, table.seq] })],
);

/** Nodes of the fleet with the sum of their claims, kept exact under the row's lock. The one table of no cluster. */
export const nodeCapacity = berth.table('node_capacity', {
  node: byteText().primaryKey(),
  cpuMillis: counter('cpu_millis').notNull(),
  memoryBytes: counter('memory_bytes').notNull(),
  pods: counter().notNull(),
  claimedCpuMillis: counter('claimed_cpu_millis').notNull().default(0),
  claimedMemoryBytes: counter('claimed_memory_bytes').notNull().default(0),
  claimedPods: counter('claimed_pods').notNull().default(0),
  /** Of every other resource that it has, or that is claimed, how much: {"example.com/gpu": 2}. */
  others: jsonb().$type<Readonly<Record<string, number>>>().notNull().default({}),
  claimedOthers: jsonb('claimed_others').$type<Readonly<Record<string, number>>>().notNull().default({}),
  /** `<protocol>/<port>/<ip>` each. */
  claimedPorts: text('claimed_ports').array().notNull().default([]),
});

export const nodeClaims = berth.table(
  'node_claims',
  {
    clusterId: byteText('cluster_id').notNull(),
    podUid: byteText('pod_uid').notNull(),
    node: byteText().notNull(),
    cpuMillis: counter('cpu_millis').notNull(),
    memoryBytes: counter('memory_bytes').notNull(),
    /** As in `node_capacity`. Null: none. */
    others: jsonb().$type<Readonly<Record<string, number>>>(),
    hostPorts: text('host_ports').array(),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.podUid] })],
);

/** What the objects of a namespace use together, exact at every revision. A counter that stays at 0 goes after a while. */
export const usage = berth.table(
  'usage',
  {
    clusterId: byteText('cluster_id').notNull(),
    namespace: byteText().notNull(),
    /** The counter: `count/configmaps`, `requests.cpu`. */
    resource: byteText().notNull(),
    /** The tags of the objects, with spaces in between: what quotas with scopes select by. */
    class: byteText().notNull(),
    used: numeric().notNull(),
    /** Whether the amount is written with `Ki Mi Gi`. */
    isBinary: boolean('is_binary').notNull(),
    /** What it came to, amount times seconds, from `metered_from` to `metered_at`: both lie in the same five minutes. */
    area: numeric().notNull().default('0'),
    meteredFrom: instant('metered_from').notNull().default(sql`clock_timestamp()`),
    /** When `used` last changed. */
    meteredAt: instant('metered_at').notNull().default(sql`clock_timestamp()`),
  },
  // No other index: it would keep the updates, of which there is one or more in every commit, from being made in place.
  (table) => [primaryKey({ columns: [table.clusterId, table.namespace, table.resource, table.class] })],
);

/**
 * What one object alone may hold: of its cluster, and of all clusters where it begins with `machine/`. Kept by triggers on
 * `objects`, by what the usage of each object says.
 */
export const heldValues = berth.table(
  'held_values',
  {
    clusterId: byteText('cluster_id').notNull(),
    value: byteText().notNull(),
    resource: byteText().notNull(),
    namespace: byteText().notNull(),
    name: byteText().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.clusterId, table.value] }),
    uniqueIndex('held_values_machine').on(table.value).where(sql`value like 'machine/%'`),
  ],
);

/** Objects that limit the usage of their namespace, as the commit judges by them. */
export const quotas = berth.table(
  'quotas',
  {
    clusterId: byteText('cluster_id').notNull(),
    namespace: byteText().notNull(),
    name: byteText().notNull(),
    /** Of the object that this is made of. */
    resource: byteText().notNull(),
    rule: jsonb().notNull(),
  },
  (table) => [primaryKey({ columns: [table.clusterId, table.namespace, table.name] })],
);

/** What all clusters of a tenant together may use. */
export const tenantLimits = berth.table(
  'tenant_limits',
  {
    tenantId: byteText('tenant_id').notNull(),
    resource: byteText().notNull(),
    hard: numeric().notNull(),
    /** As the plan writes it. */
    quantity: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.resource] })],
);

/** What they use of it. Only limited resources are counted here, so that the clusters of others never wait for each other. */
export const tenantUsage = berth.table(
  'tenant_usage',
  {
    tenantId: byteText('tenant_id').notNull(),
    resource: byteText().notNull(),
    used: numeric().notNull(),
    isBinary: boolean('is_binary').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.resource] })],
);

/**
 * Metered usage as it happened, written by the transactions that caused it: an amount that stood for a while, or (`level` is
 * null) what it came to, within one hour. Together with what `usage` holds they cover every moment once.
 */
export const usagePieces = berth.table(
  'usage_pieces',
  {
    clusterId: byteText('cluster_id').notNull(),
    id: bigint({ mode: 'bigint' }).generatedAlwaysAsIdentity().notNull(),
    namespace: byteText().notNull(),
    resource: byteText().notNull(),
    fromAt: instant('from_at').notNull(),
    toAt: instant('to_at').notNull(),
    level: numeric(),
    area: numeric(),
    /** `usage_hours` has it. */
    rolledUp: boolean('rolled_up').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.clusterId, table.id] }),
    index('usage_pieces_new').on(table.toAt).where(sql`not rolled_up`),
    index('usage_pieces_to_at').on(table.toAt),
  ],
);

/** The pieces by hours. What deleted clusters used stands under the cluster ''. */
export const usageHours = berth.table(
  'usage_hours',
  {
    clusterId: byteText('cluster_id').notNull(),
    tenantId: byteText('tenant_id').notNull(),
    namespace: byteText().notNull(),
    resource: byteText().notNull(),
    hour: instant().notNull(),
    /** An hour later; more where the amount stood for whole hours. */
    until: instant().notNull(),
    /** Amount times seconds; of requests their number. */
    amount: numeric().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.clusterId, table.tenantId, table.namespace, table.resource, table.hour, table.until],
    }),
    index('usage_hours_tenant').on(table.tenantId, table.hour),
    index('usage_hours_until').on(table.until),
  ],
);
