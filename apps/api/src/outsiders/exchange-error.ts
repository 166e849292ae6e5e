import { BerthError } from '@berth/machinery';

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2, https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 */
export type ExchangeErrorCode =
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'temporarily_unavailable'
  | 'unsupported_grant_type';

/** A refused request for a token, as OAuth 2.0 tells it. The message is safe to show. */
export class ExchangeError extends BerthError {
  override readonly name = 'ExchangeError';
  declare readonly code: ExchangeErrorCode;
  /** Seconds after which it may be tried again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ExchangeErrorCode,
    message: string,
    { cause, retryAfterSeconds }: { readonly cause?: unknown; readonly retryAfterSeconds?: number } = {},
  ) {
    super(code, message, { cause });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
