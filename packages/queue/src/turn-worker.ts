import { Worker } from 'bullmq';
import { closeWithin } from './close-within.ts';
import { connectRedis, keyPrefixOf, type RedisSettings } from './redis-connection.ts';
import { turnQueueName, type TurnRequest } from './turn-queue.ts';

/** How long a cluster waits for its next turn after its worker was killed: at most the sum of these and one more check. */
const lockDurationMs = 4_000;
const stalledCheckIntervalMs = 1_000;

export interface TurnWorkerOptions extends RedisSettings {
  /** Turns that this process runs at once, each of another cluster. */
  readonly concurrency: number;
  /**
   * Runs one turn. A throw ends the turn; it is not retried by the queue, since whatever is left to do is still in the
   * log and the sweep asks again.
   *
   * Two handlers, in one process or two, may see the same cluster at once: a worker that stalls longer than its lock
   * keeps running while another takes the cluster over. The store's cursor decides which of them commits.
   */
  readonly handler: (clusterId: string) => Promise<void>;
}

export interface TurnWorker {
  /** Takes no more turns and waits for the running ones, up to `deadlineMs` (default 10 s). */
  close(deadlineMs?: number): Promise<void>;
}

/** Consumes the turn queue: clusters in the order in which they asked, each at most once at a time. */
export function startTurnWorker(options: TurnWorkerOptions): TurnWorker {
  const connection = connectRedis(options, 'consumer');
  const worker = new Worker<TurnRequest>(turnQueueName, (job) => options.handler(job.data.clusterId), {
    connection,
    prefix: keyPrefixOf(options),
    concurrency: options.concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: stalledCheckIntervalMs,
    // A turn whose worker died is simply run again: it has either committed or done nothing.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    runRetryDelay: 500,
    drainDelay: 2,
  });
  worker.on('error', (error) => options.onError?.(error));
  return { close: (deadlineMs = 10_000) => closeWithin(worker, { connection, deadlineMs }) };
}
