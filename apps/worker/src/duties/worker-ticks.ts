import type { AllowedNetwork, KeyRing } from '@berth/auth';
import { builtinRegistry } from '@berth/kinds';
import type { Tick, TurnQueue } from '@berth/queue';
import type { HintBus, Store } from '@berth/store';
import type { Logger } from 'pino';
import type { FleetNodes } from '../turn/fleet-nodes.ts';
import type { NodeWatchers } from '../turn/node-watchers.ts';
import { issuerCheck } from './check-issuers.ts';
import { usageTeller } from '../tenancy/tell-usage.ts';
import { clusterRemover } from '../tenancy/cluster-remover.ts';
import { clustersWithNodes } from './clusters-with-nodes.ts';
import { collectLeases } from './collect-leases.ts';
import { recountEveryMs, recountUsage } from './recount-usage.ts';
import { deliverOutbox, type OutboxConsumer } from './deliver-outbox.ts';
import { dispatchTimers } from './dispatch-timers.ts';
import { nodeMonitor } from './monitor-nodes.ts';
import { retainUsage } from './retain-usage.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';
import { retainLogs } from './retain-logs.ts';
import { sweep } from './sweep.ts';
import { sweepNodes } from './sweep-nodes.ts';

export interface Duties {
  readonly store: Store;
  readonly turns: TurnQueue;
  readonly hints: Pick<HintBus, 'requestTurn'>;
  readonly nodes: FleetNodes;
  readonly nodeWatchers: NodeWatchers;
  /** How long a node that says nothing is taken to be well. */
  readonly nodeGraceMs: number;
  readonly log: Logger;
  readonly now: () => Date;
  /** Networks beside public addresses at which outside issuers may be. */
  readonly issuerNetworks: readonly AllowedNetwork[];
  readonly logRetentionMs: number;
  readonly auditRetentionMs: number;
  readonly consumers: ReadonlyMap<string, OutboxConsumer>;
  readonly keys: Pick<KeyRing, 'rotate'>;
  /** For how long a key signs a cluster's tokens. */
  readonly rotateKeysAfterMs: number;
}

/** What one worker of the fleet does now and then, whichever is free. */
export function workerTicks(duties: Duties): Tick[] {
  const { store, turns, hints, nodes, log, now, consumers } = duties;
  const requestTurn = (clusterId: string): void => hints.requestTurn(clusterId);
  const issuers = issuerCheck({
    store,
    registry: builtinRegistry,
    issuerNetworks: duties.issuerNetworks,
    log,
    now,
  });
  const clusters = (): Promise<readonly string[]> => clustersWithNodes(store, builtinRegistry);
  const { nodeGraceMs: graceMs } = duties;
  const monitor = nodeMonitor({ store, registry: builtinRegistry, log, now, graceMs, clusters });
  const usage = usageTeller({ store, registry: builtinRegistry, log, now });
  const remover = clusterRemover({ store, registry: builtinRegistry, log });
  const ticks: Tick[] = [
    { name: 'timers', everyMs: 1_000, run: () => dispatchTimers(store, { now, requestTurn }) },
    { name: 'outbox', everyMs: 1_000, run: () => deliverOutbox({ store, consumers, log, now }) },
    {
      name: 'sweep',
      everyMs: 5_000,
      run: async () => {
        const found = await sweep(store, turns, now());
        if (found > 0) log.debug({ clusters: found }, 'the sweep found work');
      },
    },
    { name: 'tenant-usage', everyMs: 15_000, run: () => usage.look() },
    { name: 'cluster-removals', everyMs: 1_000, run: () => remover.work() },
    { name: 'silent-nodes', everyMs: 5_000, run: () => monitor.look() },
    { name: 'issuers', everyMs: 5_000, run: () => issuers.look() },
    {
      name: 'pods-of-nodes',
      everyMs: 15_000,
      run: () => sweepNodes(store, { registry: builtinRegistry, watchers: duties.nodeWatchers, now: now() }),
    },
    {
      name: 'leases',
      everyMs: 60_000,
      run: async () => {
        for (const clusterId of await clusters())
          await collectLeases(store, { registry: builtinRegistry, clusterId, now: now() });
      },
    },
    {
      name: 'recount',
      everyMs: recountEveryMs,
      run: async () => void (await recountUsage(store, { now: now(), log })),
    },
    { name: 'nodes', everyMs: 30_000, run: () => nodes.reconcile() },
    {
      name: 'retention',
      everyMs: 60_000,
      run: async () => {
        const { partitions, auditDays } = await retainLogs(store, now(), duties);
        if (partitions > 0) log.info({ partitions }, 'dropped log partitions past retention');
        if (auditDays > 0) log.info({ auditDays }, 'dropped days of the audit log past retention');
      },
    },
    { name: 'metering', everyMs: 60_000, run: async () => void (await store.metering.rollUp()) },
    { name: 'metering-retention', everyMs: 3_600_000, run: () => retainUsage(store, now()) },
    {
      name: 'signing-keys',
      everyMs: 300_000,
      run: async () => {
        const { made, removed } = await rotateSigningKeys({
          store,
          keys: duties.keys,
          now,
          rotateAfterMs: duties.rotateKeysAfterMs,
        });
        if (made + removed > 0) log.info({ made, removed }, 'rotated signing keys');
      },
    },
  ];
  return ticks.map((tick) => ({ ...tick, run: reported(tick, log) }));
}

/** Tells of a duty that fails once, not each second for as long as the database is away. */
function reported({ name, run }: Tick, log: Logger): () => Promise<void> {
  let isFailing = false;
  return async () => {
    try {
      await run();
      if (isFailing) log.info({ duty: name }, 'a duty works again');
      isFailing = false;
    } catch (err) {
      if (isFailing) log.debug({ duty: name, err }, 'a duty still fails');
      else log.warn({ duty: name, err }, 'a duty failed and will be tried again');
      isFailing = true;
    }
  };
}
