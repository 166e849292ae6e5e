import { BerthError } from '@berth/machinery';
import { exitCodes } from './exit-codes.ts';

/** Something the person at the terminal can mend. Printed as one line; the process ends with `exitCode`. */
export class CliError extends BerthError {
  override readonly name = 'CliError';
  /** One of {@link exitCodes}. */
  readonly exitCode: number;

  constructor(code: string, message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(code, message, options);
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** Arguments or settings that cannot be meant. */
export function usageError(message: string): CliError {
  return new CliError('USAGE', message, { exitCode: exitCodes.usage });
}
