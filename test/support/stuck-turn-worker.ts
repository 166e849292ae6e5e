import { startTurnWorker } from '@berth/queue';

// A worker that takes a turn, says so, and never ends it: something to kill.
startTurnWorker({
  redisUrl: process.env['REDIS_URL'] ?? '',
  keyPrefix: process.env['KEY_PREFIX'] ?? '',
  concurrency: 1,
  handler: async (clusterId) => {
    process.send?.(clusterId);
    await new Promise<never>(() => undefined);
  },
});
