import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { TokenError } from '../token-error.ts';

/** Longer ones are not looked at. Twice what a proxy lets through in a header. */
const maxTokenLength = 32_768;

/** Signatures by a public key; with anything else, who verifies could sign. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** What a token says of itself, before anything is proven. */
export interface UnverifiedToken {
  readonly issuer: string | undefined;
  readonly kid: string | undefined;
}

export interface OutsideVerification {
  readonly verify: JWTVerifyGetKey;
  readonly issuer: string;
  /** The token must be for one of these. */
  readonly audiences: readonly string[];
  readonly clockSkewSeconds: number;
  readonly maxTokenAgeSeconds: number;
  readonly now: Date;
}

export interface VerifiedClaims {
  readonly claims: JWTPayload;
  readonly subject: string;
  /** Its `exp`, or when it is too old, whichever comes first; without the skew that verification allows beyond it. */
  readonly expiresAt: Date;
}

/** Reads where a token says it comes from. @throws TokenError for what is no JWT */
export function readUnverified(token: string): UnverifiedToken {
  if (token.length > maxTokenLength) throw new TokenError('malformed', 'the token is too long');
  try {
    const { iss } = decodeJwt(token);
    const { kid } = decodeProtectedHeader(token);
    return {
      issuer: typeof iss === 'string' ? iss : undefined,
      kid: typeof kid === 'string' ? kid : undefined,
    };
  } catch (cause) {
    throw new TokenError('malformed', 'the token is not a JWT', { cause });
  }
}

/**
 * Verifies a token of an outside issuer: its signature by one of the issuer's keys, issuer, audience and times. `exp`,
 * `iat` and `sub` must be there. https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 *
 * @throws TokenError
 */
export async function verifyOutsideToken(
  token: string,
  options: OutsideVerification,
): Promise<VerifiedClaims> {
  const { verify, issuer, audiences, clockSkewSeconds, maxTokenAgeSeconds, now } = options;
  try {
    const { payload } = await jwtVerify(token, verify, {
      algorithms,
      issuer,
      audience: [...audiences],
      clockTolerance: clockSkewSeconds,
      maxTokenAge: maxTokenAgeSeconds,
      currentDate: now,
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    const { exp, iat, sub } = payload;
    if (exp === undefined || iat === undefined || typeof sub !== 'string' || sub === '') {
      throw new TokenError('malformed', 'the token lacks one of the claims exp, iat and sub');
    }
    const expiresAt = new Date(Math.min(exp, iat + maxTokenAgeSeconds) * 1_000);
    return { claims: payload, subject: sub, expiresAt };
  } catch (cause) {
    throw translated(cause);
  }
}

function translated(cause: unknown): TokenError {
  if (cause instanceof TokenError) return cause;
  if (cause instanceof errors.JWTExpired)
    return new TokenError('expired', 'the token has expired', { cause });
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenError('forged', "the token's signature does not match", { cause });
  }
  if (cause instanceof errors.JOSEAlgNotAllowed || cause instanceof errors.JOSENotSupported) {
    return new TokenError('wrong-algorithm', 'the token is not signed with an algorithm of a public key', {
      cause,
    });
  }
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) {
    return new TokenError('unknown-key', 'the token is signed with a key that its issuer does not publish', {
      cause,
    });
  }
  if (cause instanceof errors.JWTClaimValidationFailed) return claimError(cause);
  return new TokenError('malformed', 'the token is not a valid JWT', { cause });
}

function claimError(cause: errors.JWTClaimValidationFailed): TokenError {
  switch (cause.reason === 'missing' && cause.claim !== 'aud' ? '' : cause.claim) {
    case 'nbf':
    case 'iat':
      return new TokenError('not-yet-valid', 'the token is not valid yet', { cause });
    case 'aud':
      return new TokenError('wrong-audience', 'the token is for another audience', { cause });
    default:
      return new TokenError('malformed', `the token's claim ${cause.claim} is missing or not as it must be`, {
        cause,
      });
  }
}
