import { BerthError } from '@berth/machinery';

/** Something the person at the terminal can mend. Printed as one line; the process ends with `exitCode`. */
export class CliError extends BerthError {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(code: string, message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(code, message, options);
    this.exitCode = options.exitCode ?? 1;
  }
}
