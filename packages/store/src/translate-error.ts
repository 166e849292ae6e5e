import {
  CommitUnknownError,
  DatabaseError,
  HeldValueError,
  InvalidValueError,
  NotMigratedError,
  StoreClosedError,
  StoreError,
  StoreUnavailableError,
} from './errors.ts';

/** Refused before anything was sent: the server is away, starting, stopping or full. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CONNECT_TIMEOUT', '57P03', '53300']);
/** The connection went away while it was in use. */
const lost = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
]);

/** Raised by the triggers that keep `held_values`. */
const heldCode = 'BT003';

/** A schema, table, column or function is not there. */
const undefinedObject = new Set(['3F000', '42P01', '42703', '42883']);

/**
 * Makes a typed error of what postgres.js or drizzle threw. Errors of the store pass.
 *
 * @param intent whether the query could have changed something that must not be guessed about
 */
export function translateError(thrown: unknown, intent: 'read' | 'change'): Error {
  if (thrown instanceof StoreError) return thrown;
  const code = errorCode(thrown);
  if (code === undefined)
    return thrown instanceof Error ? thrown : new DatabaseError('unknown', { cause: thrown });
  if (code === 'CONNECTION_ENDED') return new StoreClosedError();
  if (neverSent.has(code)) return new StoreUnavailableError({ cause: thrown });
  if (lost.has(code) || code.startsWith('08')) {
    return intent === 'change'
      ? new CommitUnknownError({ cause: thrown })
      : new StoreUnavailableError({ cause: thrown });
  }
  if (undefinedObject.has(code) || isRefusedRole(thrown, code))
    return new NotMigratedError({ cause: thrown });
  if (code === heldCode) return new HeldValueError(errorDetail(thrown) ?? '');
  if (isDataError(code)) return new InvalidValueError('a value cannot be stored', { cause: thrown });
  return new DatabaseError(code, { cause: thrown });
}

/** Runs a query and translates what it throws. */
export async function translated<T>(intent: 'read' | 'change', query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (thrown) {
    throw translateError(thrown, intent);
  }
}

/** The SQLSTATE or the driver's code; drizzle wraps the driver's error as its cause. */
export function errorCode(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}

/** The `detail` of an error that a SQL function raised. */
export function errorDetail(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('detail' in error && typeof error.detail === 'string') return error.detail;
  }
  return undefined;
}

/** The connection was refused for its role: it does not exist, or is not granted. */
function isRefusedRole(thrown: unknown, code: string): boolean {
  const isFatal = thrown instanceof Error && 'severity' in thrown && thrown.severity === 'FATAL';
  return isFatal && (code === '22023' || code === '42501');
}

/** Data exceptions (class 22) and program limits (class 54): the fault of one value, not of the database. */
function isDataError(code: string): boolean {
  return code.length === 5 && (code.startsWith('22') || code.startsWith('54'));
}
