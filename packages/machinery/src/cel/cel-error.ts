import { BerthError } from '../errors/berth-error.ts';

export type CelErrorCode =
  /** The expression is not valid CEL, or of the wrong type. */
  | 'cel-invalid'
  /** Evaluation failed: a key that is not there, an operator that does not fit the values. */
  | 'cel-failed'
  /** Evaluation cost more than its budget. */
  | 'cel-too-expensive';

/** An expression that does not compile, or whose evaluation failed. The message may quote the expression, never values. */
export class CelError extends BerthError {
  override readonly name = 'CelError';
  declare readonly code: CelErrorCode;

  constructor(code: CelErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { cause: options?.cause });
  }
}
