import { BerthError } from '@berth/machinery';

/** Why a bearer token is refused. Stable: clients of this package and the audit log rely on them. */
export type TokenErrorCode =
  | 'malformed'
  | 'forged'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-algorithm'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'unknown-key'
  | 'revoked'
  /** The token's issuer cannot be asked for its keys. */
  | 'issuer-unavailable'
  /** No rule of the TrustedIssuer makes a user of the token's claims. */
  | 'unmapped'
  /** A rule refuses the token, or fails on it. */
  | 'rule-refused';

/** A bearer token that proves nothing. The message is safe to show and never holds the token. */
export class TokenError extends BerthError {
  override readonly name = 'TokenError';
  declare readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { cause: options?.cause });
  }
}
