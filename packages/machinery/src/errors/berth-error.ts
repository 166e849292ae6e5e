/**
 * The base of every error that Berth throws on purpose.
 *
 * `code` is stable and meant for programs; `message` is safe to show to the caller; `cause` is for the log alone.
 */
export abstract class BerthError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
