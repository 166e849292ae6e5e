import type { ReconcileFailure } from '@berth/controllers';
import type { TurnCommit, TurnOutcome } from '@berth/store';
import type { Logger } from 'pino';

/** Hears how turns go. */
export interface TurnReport {
  reconcileFailed(clusterId: string, failure: ReconcileFailure): void;
  ended(clusterId: string, turn: EndedTurn): void;
}

export interface EndedTurn {
  readonly outcome: TurnOutcome;
  readonly commit: TurnCommit;
  /** Nodes of the fleet were among the changes. */
  readonly sawNodes: boolean;
  readonly ms: number;
}

/** Writes turns to the log, one line each: failures as warnings, the rest for those who debug. */
export function logTurns(log: Logger): TurnReport {
  return {
    reconcileFailed(cluster, { reconciler, key, error, failures }) {
      log.warn(
        {
          cluster,
          reconciler,
          resource: key.resource,
          namespace: key.namespace,
          object: key.name,
          failures,
          err: error,
        },
        'a reconciler failed and will try again',
      );
    },
    ended(cluster, { outcome, commit, ms }) {
      const fields = { cluster, writes: commit.writes.length, ms: Math.round(ms) };
      switch (outcome.status) {
        case 'committed':
          log.debug({ ...fields, head: outcome.head }, 'turn committed');
          return;
        case 'superseded':
          log.debug(fields, 'turn dropped: another worker had it');
          return;
        case 'suspended':
          log.debug(fields, 'turn dropped: the cluster is suspended');
          return;
        case 'conflict': {
          const { resource, namespace, name } = outcome.write;
          const because = outcome.outcome.status;
          log.debug(
            { ...fields, resource, namespace, object: name, because },
            'turn conflicts with a write; again',
          );
          return;
        }
        case 'no-capacity':
          log.debug({ ...fields, node: outcome.node }, 'turn found a node full; again');
          return;
      }
    },
  };
}
