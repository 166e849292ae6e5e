export { connectHints, type RedisHints } from './hints.ts';
export { pingRedis } from './ping-redis.ts';
export type { RedisSettings } from './redis-connection.ts';
export { redisErrorLog } from './redis-error-log.ts';
export {
  startTickScheduler,
  type Tick,
  type TickScheduler,
  type TickSchedulerOptions,
} from './tick-scheduler.ts';
export { connectTokenSource, type RedisTokenSource } from './token-source.ts';
export { createTurnQueue, type TurnQueue } from './turn-queue.ts';
export { startTurnWorker, type TurnWorker, type TurnWorkerOptions } from './turn-worker.ts';
