import { connectHints } from '@berth/queue';
import { openStore, type Store } from '@berth/store';
import { createTestDatabase } from '../../../../test/support/postgres.ts';
import type { TestRedis } from '../../../../test/support/redis.ts';
import { type ClusterClient, createTestCluster } from './cluster-client.ts';

/** A database, a prefix in Redis, and a store over both, as an API server has one. */
export interface TestInstance {
  readonly store: Store;
  readonly system: ClusterClient;
  /** What a worker of the instance connects to. */
  readonly connection: {
    readonly databaseUrl: string;
    readonly redisUrl: string;
    readonly redisKeyPrefix: string;
  };
}

let instances = 0;

/** Makes an instance for the time of `use`. */
export async function withInstance(
  redis: TestRedis,
  use: (instance: TestInstance) => Promise<void>,
): Promise<void> {
  const databaseUrl = await createTestDatabase();
  const redisKeyPrefix = `instance-${++instances}`;
  const hints = connectHints({ redisUrl: redis.url, keyPrefix: redisKeyPrefix });
  const store = openStore({ databaseUrl, hints });
  try {
    const system = await createTestCluster(store, 'system');
    await use({ store, system, connection: { databaseUrl, redisUrl: redis.url, redisKeyPrefix } });
  } finally {
    await store.close();
    await hints.close();
  }
}
