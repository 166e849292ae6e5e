import { Queue } from 'bullmq';
import { connectRedis, keyPrefixOf, type RedisSettings } from './redis-connection.ts';
import { sendLatestPerKey } from './latest-per-key.ts';

/** The queue's name; the braces are a Redis hash tag, so that all of its keys share a slot. */
export const turnQueueName = '{turns}';

/** What a queued turn says: this cluster has work. */
export interface TurnRequest {
  readonly clusterId: string;
}

/** Longer than any turn waits on a busy fleet before its place in the queue is looked into. */
const suspiciousAgeMs = 30_000;

/** The producing side of the turn queue. */
export interface TurnQueue {
  /**
   * Asks for a turn of the cluster. Best effort: never throws, never waits; requests of one cluster melt into at most one
   * waiting turn beside the running one. A lost request is found again by the sweep.
   */
  request(clusterId: string): void;
  /**
   * The sweep's way to ask, for clusters that are known to have work: also frees a cluster whose earlier request Redis
   * has lost in part (the record of the request is there, its place in the queue is not), which would swallow each new one.
   *
   * @throws when Redis is away.
   */
  requestAgain(clusterIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens the producing side. Returns at once; Redis may be away. */
export function createTurnQueue(settings: RedisSettings): TurnQueue {
  const connection = connectRedis(settings, 'producer');
  const queue = new Queue<TurnRequest>(turnQueueName, {
    connection,
    prefix: keyPrefixOf(settings),
    streams: { events: { maxLen: 100 } },
    // Asking for the version fails for good if Redis goes away meanwhile; only workers need to know it.
    skipVersionCheck: true,
  });
  queue.on('error', (error) => settings.onError?.(error));

  const enqueue = (clusterIds: Iterable<string>): Promise<unknown> =>
    queue.addBulk(Array.from(clusterIds, (clusterId) => turnJob(clusterId)));
  const requests = sendLatestPerKey<true>({
    connection,
    send: (batch) => enqueue(batch.keys()),
    onError: settings.onError,
  });

  return {
    request: (clusterId) => requests.put(clusterId, true),
    async requestAgain(clusterIds) {
      if (clusterIds.length === 0) return;
      await Promise.all(clusterIds.map((clusterId) => freeIfLost(queue, clusterId)));
      await enqueue(clusterIds);
    },
    async close() {
      await requests.close();
      await queue.close();
      connection.disconnect();
    },
  };
}

function turnJob(clusterId: string) {
  return {
    name: 'turn',
    data: { clusterId },
    opts: {
      deduplication: { id: clusterId, keepLastIfActive: true },
      removeOnComplete: true,
      removeOnFail: true,
      attempts: 1,
    },
  };
}

/** Drops the deduplication key of a job that is recorded but in no list; BullMQ itself only notices a missing record. */
async function freeIfLost(queue: Queue<TurnRequest>, clusterId: string): Promise<void> {
  const jobId = await queue.getDeduplicationJobId(clusterId);
  if (!jobId) return;
  const job = await queue.getJob(jobId);
  if (job && Date.now() - job.timestamp < suspiciousAgeMs) return;
  if (job && (await job.getState()) !== 'unknown') return;
  await queue.removeDeduplicationKey(clusterId);
}
