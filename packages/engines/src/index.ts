export type { Engine, EngineLog } from './engine.ts';
export { EngineError, type EngineErrorCode } from './engine-error.ts';
export { freePort } from './free-port.ts';
export { type PostgresOptions, startPostgres } from './postgres.ts';
export { type RedisOptions, startRedis } from './redis.ts';
