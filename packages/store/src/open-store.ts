import type { Store } from './store.ts';
import type { HintBus } from './types.ts';

export interface OpenStoreOptions {
  /** `postgres://…`, of the user that migrated the database or a member of its roles. */
  readonly databaseUrl: string;
  readonly hints: HintBus;
  /** Connections for the work of single clusters. Default 8. */
  readonly clusterPoolSize?: number;
  /** Connections for queries over the fleet. Default 3. */
  readonly fleetPoolSize?: number;
  /** Memory for replicas over all clusters, counted in bytes of stored bodies. Default 256 MiB. */
  readonly replicaBudgetBytes?: number;
  /** How long the log can be read back. Default 1 hour. */
  readonly retentionMs?: number;
  /** How often followers look for changes that no hint told of. Default 1 s. */
  readonly pollIntervalMs?: number;
}

/** Opens a migrated database (see `migrate`). Connects at first use and again after every loss. */
export function openStore(_options: OpenStoreOptions): Store {
  throw new Error('not built yet');
}
