import { Queue, Worker } from 'bullmq';
import { closeWithin } from './close-within.ts';
import { connectRedis, keyPrefixOf, type RedisSettings } from './redis-connection.ts';

const tickQueueName = '{ticks}';
const guardIntervalMs = 2_000;

/** Something done every so often by one process of the fleet. */
export interface Tick {
  /** Unique; the same in every process. */
  readonly name: string;
  readonly everyMs: number;
  /**
   * A throw is reported to `onError`; the next tick comes as usual. If one run takes longer than `everyMs`, the next may
   * begin in another process, so runs must be safe beside each other.
   */
  readonly run: () => Promise<void>;
}

export interface TickSchedulerOptions extends RedisSettings {
  readonly ticks: readonly Tick[];
}

export interface TickScheduler {
  /** Takes no more ticks and waits for the running ones, up to `deadlineMs` (default 10 s). */
  close(deadlineMs?: number): Promise<void>;
}

/**
 * Runs each tick in exactly one of the processes that call this, whichever is free first. The schedule lives in Redis as
 * BullMQ job schedulers; every process looks after it, so that it is there again soon after Redis lost it.
 */
export function startTickScheduler(options: TickSchedulerOptions): TickScheduler {
  const connection = connectRedis(options, 'consumer');
  const prefix = keyPrefixOf(options);
  const ticks = new Map(options.ticks.map((tick) => [tick.name, tick]));
  const report = (error: Error): void => options.onError?.(error);

  const queue = new Queue(tickQueueName, {
    connection,
    prefix,
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', report);
  const worker = new Worker(tickQueueName, async (job) => ticks.get(job.name)?.run(), {
    connection,
    prefix,
    concurrency: Math.max(1, ticks.size),
    lockDuration: 6_000,
    stalledInterval: guardIntervalMs,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    runRetryDelay: 500,
    drainDelay: 2,
  });
  worker.on('error', report);
  worker.on('failed', (_job, error) => report(error));

  let guarding: Promise<void> | undefined;
  const guard = (): void => {
    if (connection.status !== 'ready') return;
    guarding ??= restoreSchedules(queue, options.ticks)
      .catch(report)
      .finally(() => {
        guarding = undefined;
      });
  };
  connection.on('ready', guard);
  const guardTimer = setInterval(guard, guardIntervalMs);

  return {
    async close(deadlineMs = 10_000) {
      clearInterval(guardTimer);
      connection.off('ready', guard);
      await closeWithin(worker, { connection, deadlineMs });
      await queue.close();
    },
  };
}

/**
 * Writes the schedules that are missing, changed, or stuck. Stuck is one whose next run is long past: the run was taken by a
 * process that died before it had planned the run after it.
 */
async function restoreSchedules(queue: Queue, ticks: readonly Tick[]): Promise<void> {
  for (const { name, everyMs } of ticks) {
    const schedule = await queue.getJobScheduler(name);
    const isAlive =
      schedule?.every === everyMs &&
      schedule.next !== undefined &&
      schedule.next > Date.now() - everyMs - guardIntervalMs;
    if (isAlive) continue;
    await queue.upsertJobScheduler(
      name,
      { every: everyMs },
      { name, data: {}, opts: { removeOnComplete: true, removeOnFail: true } },
    );
  }
}
