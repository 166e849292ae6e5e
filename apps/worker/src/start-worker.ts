import { setTimeout as delay } from 'node:timers/promises';
import {
  type AllowedNetwork,
  createBodyCipher,
  createKeyRing,
  type MasterKeys,
  verifyMasterKeys,
  systemClusterId,
} from '@berth/auth';
import { controllers, type Reconciler } from '@berth/controllers';
import { builtinRegistry, encryptedResources, tenantRegistry } from '@berth/kinds';
import {
  connectHints,
  createTurnQueue,
  redisErrorLog,
  startTickScheduler,
  startTurnWorker,
} from '@berth/queue';
import { openStore, type Store } from '@berth/store';
import { createTenantDirectory } from '@berth/tenancy';
import type { Logger } from 'pino';
import type { OutboxConsumer } from './duties/deliver-outbox.ts';
import { defaultMonitorGraceMs } from './duties/silent-nodes.ts';
import { type WaitingPods, waitingPods } from './duties/wake-waiting-pods.ts';
import { workerTicks } from './duties/worker-ticks.ts';
import { tenancyFollower } from './tenancy/follow-tenancy.ts';
import { turnHandler } from './turn/turn-handler.ts';
import { defaultTurnSize, type TurnSize } from './turn/cluster-turn.ts';
import { printEvents } from './turn/print-events.ts';
import { fleetNodes } from './turn/fleet-nodes.ts';
import { nodeWatchers } from './turn/node-watchers.ts';
import { TenantTurns } from './turn/tenant-turns.ts';
import { logTurns, type TurnReport } from './turn/turn-report.ts';
import { WorkerStartError } from './worker-start-error.ts';

export interface WorkerOptions {
  /** A migrated database. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Instances that share a Redis differ in it. Default `berth`. */
  readonly redisKeyPrefix?: string;
  /** PEM of the CA that signs the API server's certificate. */
  readonly clusterCa: string;
  /** They open the Secrets of clusters. */
  readonly masterKeys: MasterKeys;
  readonly log: Logger;
  /** Turns at once, each of another cluster. Default 8. */
  readonly turnConcurrency?: number;
  /** Of these, turns of one tenant's clusters, unless its plan says otherwise. Default: half, and at least one. */
  readonly tenantTurnConcurrency?: number | undefined;
  /** How long the log can be read back. Default 1 hour. */
  readonly retentionMs?: number;
  /** For how long a key signs a cluster's tokens. Default 30 days. */
  readonly rotateKeysAfterMs?: number;
  /** How long a node that says nothing is taken to be well. Default 50 s. */
  readonly nodeGraceMs?: number;
  /** How long the audit log is kept. Default 30 days. */
  readonly auditRetentionMs?: number;
  /** How much one cluster may do before the next one has its turn. */
  readonly turnSize?: Partial<TurnSize>;
  /** Default: all of Berth's controllers. */
  readonly reconcilers?: readonly Reconciler[];
  /** What turns, timers and duties take for the time. Default: the system's clock. */
  readonly now?: () => Date;
  /** Every new Event is a line of the log (at most 20 a second). Default false: for a person at a terminal, not for a fleet. */
  readonly printsEvents?: boolean;
  /** Networks beside public addresses at which the issuers of TrustedIssuers may be. Default: none. */
  readonly issuerNetworks?: readonly AllowedNetwork[];
  /** By topic. Default: none; Berth has no deliveries yet. */
  readonly outboxConsumers?: ReadonlyMap<string, OutboxConsumer>;
}

const defaultRotateKeysAfterMs = 30 * 24 * 3_600_000;

/** A running worker: turns, cron dispatcher, sweep, retention, deliveries. Any number may run beside each other. */
export interface BerthWorker {
  /** Takes nothing more, lets the turns in progress end (at most 10 s), closes all connections. Idempotent. */
  close(): Promise<void>;
}

const defaultTurnConcurrency = 8;

/**
 * Starts a worker and resolves once it takes turns.
 *
 * @throws WorkerStartError REDIS_UNREACHABLE, or a StoreError when the database does not answer.
 */
export async function startWorker(options: WorkerOptions): Promise<BerthWorker> {
  const { log } = options;
  const redis = {
    redisUrl: options.redisUrl,
    onError: redisErrorLog(log),
    ...(options.redisKeyPrefix === undefined ? {} : { keyPrefix: options.redisKeyPrefix }),
  };
  const hints = connectHints(redis);
  const turns = createTurnQueue(redis);
  const store = openStore({
    databaseUrl: options.databaseUrl,
    hints,
    bodyCipher: createBodyCipher(options.masterKeys, encryptedResources(builtinRegistry)),
    ...(options.retentionMs === undefined ? {} : { retentionMs: options.retentionMs }),
  });
  const closeConnections = async (): Promise<void> => {
    await store.close();
    await Promise.all([turns.close(), hints.close()]);
  };
  try {
    await reachEngines(store, hints);
    await verifyMasterKeys(store.signingKeys, options.masterKeys);
  } catch (error) {
    await closeConnections();
    throw error;
  }

  const now = options.now ?? ((): Date => new Date());
  const nodes = fleetNodes(store, builtinRegistry);
  const tenants = createTenantDirectory(store);
  const watchers = nodeWatchers({ store, hints, now });
  const waiting = waitingPods({ store, hints, now, log });
  const deps = {
    store,
    registryOf: (clusterId: string) => (clusterId === systemClusterId ? builtinRegistry : tenantRegistry),
    reconcilers: options.reconcilers ?? controllers(),
    fleetNodes: nodes,
    nodeWatchers: watchers,
    tenancy: tenancyFollower(store),
    nodesOf: (clusterId: string) => tenants.ofCluster(clusterId),
    clusterCa: options.clusterCa,
    now,
    budget: { ...defaultTurnSize, ...options.turnSize },
    report: tellingOfRoom(
      options.printsEvents ? printEvents(logTurns(log), log, now) : logTurns(log),
      waiting,
    ),
  };
  const concurrency = options.turnConcurrency ?? defaultTurnConcurrency;
  const most = options.tenantTurnConcurrency ?? Math.max(1, Math.floor(concurrency / 2));
  const tenantTurns = new TenantTurns({
    tenantOf: async (clusterId) => {
      if (clusterId === systemClusterId) return undefined;
      const facts = await tenants.ofCluster(clusterId);
      return facts && { tenantId: facts.tenantId, most: facts.plan.concurrentTurns ?? most };
    },
    requestTurn: (clusterId) => hints.requestTurn(clusterId),
    nowMs: () => performance.now(),
    after: (ms, run) => void setTimeout(run, ms).unref(),
  });
  const turnWorker = startTurnWorker({
    ...redis,
    concurrency,
    handler: turnHandler({ deps, hints, log, tenantTurns }),
  });
  const ticks = startTickScheduler({
    ...redis,
    ticks: workerTicks({
      store,
      turns,
      hints,
      nodes,
      nodeWatchers: watchers,
      nodeGraceMs: options.nodeGraceMs ?? defaultMonitorGraceMs,
      log,
      now,
      issuerNetworks: options.issuerNetworks ?? [],
      logRetentionMs: options.retentionMs ?? 3_600_000,
      auditRetentionMs: options.auditRetentionMs ?? 30 * 24 * 3_600_000,
      consumers: options.outboxConsumers ?? new Map(),
      keys: createKeyRing(store.signingKeys, options.masterKeys, now),
      rotateKeysAfterMs: options.rotateKeysAfterMs ?? defaultRotateKeysAfterMs,
    }),
  });

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    waiting.close();
    await Promise.all([ticks.close(), turnWorker.close()]);
    await closeConnections();
  };
  return {
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Nodes that change and pods that end make room for pods of other clusters. */
function tellingOfRoom(report: TurnReport, waiting: WaitingPods): TurnReport {
  return {
    ...report,
    ended: (clusterId, turn) => {
      report.ended(clusterId, turn);
      const { outcome, commit, sawNodes } = turn;
      if (outcome.status === 'committed' && (sawNodes || commit.releases.length > 0)) waiting.wake();
    },
  };
}

const redisDeadlineMs = 5_000;

async function reachEngines(store: Store, redis: { reachable(): Promise<boolean> }): Promise<void> {
  await store.ping();
  await store.ensurePartitions(new Date());
  const deadline = Date.now() + redisDeadlineMs;
  while (!(await redis.reachable())) {
    if (Date.now() > deadline) {
      throw new WorkerStartError(
        'REDIS_UNREACHABLE',
        `Redis did not answer within ${redisDeadlineMs / 1000} s; check REDIS_URL`,
      );
    }
    await delay(20);
  }
}
