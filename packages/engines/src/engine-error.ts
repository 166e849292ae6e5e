import { BerthError } from '@berth/machinery';

/** Codes of {@link EngineError}; each one ends `berth up` with its message. */
export type EngineErrorCode =
  | 'POSTGRES_BINARY_MISSING'
  | 'POSTGRES_INIT_FAILED'
  | 'POSTGRES_START_FAILED'
  | 'REDIS_MISSING'
  | 'REDIS_START_FAILED'
  | 'PROCESS_USER_FAILED';

/** An engine (Postgres or Redis) could not be provided. The message says what would help. */
export class EngineError extends BerthError {
  override readonly name = 'EngineError';

  constructor(code: EngineErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}
