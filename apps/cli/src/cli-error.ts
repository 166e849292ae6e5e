import { exitCodes } from './exit-codes.ts';

/**
 * Something the person at the terminal can mend. Printed as one line; the process ends with `exitCode`. No `BerthError`:
 * to load what that comes with would make every completion wait.
 */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** Stable, for programs. */
  readonly code: string;
  /** One of {@link exitCodes}. */
  readonly exitCode: number;

  constructor(code: string, message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** Arguments or settings that cannot be meant. */
export function usageError(message: string): CliError {
  return new CliError('USAGE', message, { exitCode: exitCodes.usage });
}
