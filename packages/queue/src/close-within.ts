import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/**
 * Closes a BullMQ worker and its connection. BullMQ waits for Redis to hear of each finished job; when Redis is away that
 * would be forever, so past the deadline the connection is dropped and the jobs are left to the stalled check.
 */
export async function closeWithin(
  worker: Worker,
  options: { readonly connection: Redis; readonly deadlineMs: number },
): Promise<void> {
  const closing = new AbortController();
  const isClosed = await Promise.race([
    worker.close().then(() => true),
    delay(options.deadlineMs, false, { signal: closing.signal }),
  ]).finally(() => closing.abort());
  // Ends BullMQ's own blocking connection, which would otherwise go on looking for Redis.
  if (!isClosed) worker.disconnect().catch(() => undefined);
  options.connection.disconnect();
}
