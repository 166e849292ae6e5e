import type { ReconcileFailure, Reconciler } from '@berth/controllers';
import { builtinRegistry } from '@berth/kinds';
import { openStore, type Store } from '@berth/store';
import { createHintBus, type TestHintBus } from '../../../../test/support/hint-bus.ts';
import { createTestDatabase } from '../../../../test/support/postgres.ts';
import { tenancyFollower } from '../tenancy/follow-tenancy.ts';
import { defaultTurnSize, type TurnDeps } from '../turn/cluster-turn.ts';
import { fleetNodes } from '../turn/fleet-nodes.ts';
import { nodeWatchers } from '../turn/node-watchers.ts';
import type { EndedTurn } from '../turn/turn-report.ts';
import { type ClusterClient, createTestCluster, testCa } from './cluster-client.ts';

/** What turns need, over a database of its own, with a clock that stands still and a report that is kept. */
export interface TurnFixture {
  readonly store: Store;
  readonly hints: TestHintBus;
  readonly system: ClusterClient;
  /** The deps of turns with these reconcilers. */
  deps(reconcilers: readonly Reconciler[]): TurnDeps;
  readonly ended: EndedTurn[];
  readonly failures: ReconcileFailure[];
  readonly clock: { now: Date };
}

export async function createTurnFixture(): Promise<TurnFixture> {
  const hints = createHintBus();
  const store = openStore({ databaseUrl: await createTestDatabase(), hints });
  const ended: EndedTurn[] = [];
  const failures: ReconcileFailure[] = [];
  const clock = { now: new Date() };
  return {
    store,
    hints,
    system: await createTestCluster(store, 'system'),
    ended,
    failures,
    clock,
    deps: (reconcilers) => ({
      store,
      registryOf: () => builtinRegistry,
      reconcilers,
      fleetNodes: fleetNodes(store, builtinRegistry),
      nodeWatchers: nodeWatchers({ store, hints, now: () => clock.now }),
      tenancy: tenancyFollower(store),
      nodesOf: async () => undefined,
      clusterCa: testCa,
      now: () => clock.now,
      budget: { ...defaultTurnSize, maxMs: 10_000 },
      report: {
        ended: (_clusterId, turn) => ended.push(turn),
        reconcileFailed: (_clusterId, failure) => failures.push(failure),
      },
    }),
  };
}
