import { ClusterMissingError, type HintBus, StoreUnavailableError } from '@berth/store';
import type { Logger } from 'pino';
import { runClusterTurn, type TurnDeps, withNeighbours } from './cluster-turn.ts';
import type { TenantTurns } from './tenant-turns.ts';

export interface TurnHandling {
  readonly deps: TurnDeps;
  readonly hints: Pick<HintBus, 'requestTurn'>;
  readonly log: Logger;
  /** Holds tenants to their share of the turns. */
  readonly tenantTurns: TenantTurns;
}

/**
 * What the turn queue calls. Never throws: a turn that failed has done nothing, and the sweep finds its cluster again, so
 * one cluster's trouble is no other's.
 */
export function turnHandler({
  deps,
  hints,
  log,
  tenantTurns,
}: TurnHandling): (clusterId: string) => Promise<void> {
  return async (clusterId) => {
    try {
      await tenantTurns.run(clusterId, async ({ hasNeighbours }) => {
        const budget = hasNeighbours ? withNeighbours(deps.budget) : deps.budget;
        let busyMs = 0;
        const onPlanned = (ms: number): void => void (busyMs += ms);
        const end = await runClusterTurn(clusterId, { ...deps, budget, onPlanned });
        if (end === 'more') hints.requestTurn(clusterId);
        return { busyMs };
      });
    } catch (err) {
      if (err instanceof ClusterMissingError) return;
      if (err instanceof StoreUnavailableError) {
        log.warn(
          { cluster: clusterId },
          'turn failed: the database cannot be reached; the sweep will ask again',
        );
        return;
      }
      log.error({ cluster: clusterId, err }, 'turn failed; the sweep will ask again');
    }
  };
}
