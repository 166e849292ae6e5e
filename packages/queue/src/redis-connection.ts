import { Redis } from 'ioredis';

/** Where a Berth instance keeps its hints. Every part of `@berth/queue` takes these. */
export interface RedisSettings {
  /** `redis://` or `rediss://`, with user, password and database number as ioredis reads them. */
  readonly redisUrl: string;
  /**
   * Put in front of every key and channel. Instances that share one Redis differ in it. Default `berth`.
   * May not contain `{` or `}`: the queues' names are the hash tags that keep a queue in one cluster slot.
   */
  readonly keyPrefix?: string;
  /**
   * Hears of every Redis failure that the caller does not see as a thrown error. Called for each attempt while Redis is
   * away, so it should not log each one at a high level. Default: failures are dropped.
   */
  readonly onError?: (error: Error) => void;
}

/**
 * What a connection is for.
 * - `producer`: a command fails at once while Redis is away, so that nothing piles up in memory.
 * - `consumer`: a command waits until Redis is back, as BullMQ's workers need it.
 * - `subscriber`: pub/sub; subscribes again after each reconnect.
 */
type ConnectionRole = 'producer' | 'consumer' | 'subscriber';

const longestReconnectDelayMs = 1_000;

/** Opens a connection that reconnects for as long as it is not closed. Never throws: errors go to `onError`. */
export function connectRedis(settings: RedisSettings, role: ConnectionRole): Redis {
  const connection = new Redis(settings.redisUrl, {
    maxRetriesPerRequest: null,
    enableOfflineQueue: role !== 'producer',
    autoResubscribe: true,
    connectTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, longestReconnectDelayMs),
  });
  connection.on('error', (error: Error) => settings.onError?.(error));
  return connection;
}

/** The BullMQ prefix of an instance; together with a queue's name (`{turns}`) its keys read `berth:{turns}:wait`. */
export function keyPrefixOf(settings: RedisSettings): string {
  const prefix = settings.keyPrefix ?? 'berth';
  if (/[{}]/.test(prefix)) throw new TypeError(`key prefix "${prefix}" may not contain braces`);
  return prefix;
}
