import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Identity } from './identity.ts';
import { type BerthClaim, berthClaimOf } from './token-claims.ts';
import {
  serviceAccountClaimName,
  serviceAccountClaimOf,
  serviceAccountDependencies,
} from './service-account-claim.ts';
import { tokenAlgorithm, type VerificationKey } from './signing-key.ts';
import type { TokenDependency } from './token-dependency.ts';
import { TokenError } from './token-error.ts';

export interface VerifyOptions {
  /** The keys a cluster trusts; empty for a cluster that does not exist. `kid` is the one looked for, so that a cache knows when it is stale. */
  readonly keysOf: (clusterId: string, kid: string) => Promise<readonly VerificationKey[]>;
  /** The token must be for one of these. */
  readonly audience: string | readonly string[];
  readonly now: Date;
}

/** An identity, and until when and under what conditions the token proves it. */
export interface VerifiedToken {
  readonly identity: Identity;
  readonly expiresAt: Date;
  /** Objects without which the token proves nothing. That they exist is for the caller to look up. */
  readonly dependencies: readonly TokenDependency[];
}

/**
 * Verifies a bearer token. The cluster that it names decides which keys may have signed it, so naming another cluster than
 * the signer's is a forgery. The issuer is not compared: it is a URL that moves with the server, and the keys say more.
 *
 * @throws TokenError
 */
export async function verifyToken(token: string, options: VerifyOptions): Promise<VerifiedToken> {
  const kid = keyIdOf(token);
  const { cluster } = claimOf(unverifiedPayload(token));
  const key = (await options.keysOf(cluster, kid)).find((candidate) => candidate.kid === kid);
  if (key === undefined) {
    throw new TokenError(
      'unknown-key',
      `the token is signed with key "${kid}", which cluster "${cluster}" does not have`,
    );
  }
  const payload = await verifiedPayload(token, key, options);
  const { exp, jti, sub } = payload;
  if (exp === undefined || jti === undefined || sub === undefined || sub === '') {
    throw new TokenError('malformed', 'the token lacks one of the claims exp, jti and sub');
  }
  const claim = claimOf(payload);
  const identity: Identity = {
    clusterId: claim.cluster,
    username: sub,
    uid: claim.uid ?? '',
    groups: claim.groups,
    extra: claim.extra ?? {},
    jti,
    ...(claim.scope !== undefined && { scope: claim.scope }),
  };
  return { identity, expiresAt: new Date(exp * 1000), dependencies: dependenciesOf(payload, claim) };
}

function dependenciesOf(payload: JWTPayload, { cluster: clusterId, boundTo }: BerthClaim): TokenDependency[] {
  const claim = serviceAccountClaimOf(payload);
  if (claim === undefined) {
    throw new TokenError('malformed', `the token's claim ${serviceAccountClaimName} is not of its form`);
  }
  return [
    ...(claim === 'none' ? [] : serviceAccountDependencies(clusterId, claim)),
    ...(boundTo === undefined ? [] : [{ clusterId, ...boundTo, graceMs: 0 }]),
  ];
}

function keyIdOf(token: string): string {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg !== tokenAlgorithm) {
      throw new TokenError(
        'wrong-algorithm',
        `the token's algorithm is ${String(alg)}, but must be ${tokenAlgorithm}`,
      );
    }
    if (typeof kid !== 'string') throw new TokenError('malformed', 'the token names no key');
    return kid;
  } catch (cause) {
    throw cause instanceof TokenError
      ? cause
      : new TokenError('malformed', 'the token is not a JWT', { cause });
  }
}

function unverifiedPayload(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch (cause) {
    throw new TokenError('malformed', 'the token is not a JWT', { cause });
  }
}

function claimOf(payload: JWTPayload): BerthClaim {
  const claim = berthClaimOf(payload);
  if (claim === undefined) throw new TokenError('malformed', 'the token names no cluster and groups');
  return claim;
}

async function verifiedPayload(
  token: string,
  key: VerificationKey,
  options: VerifyOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, key.publicJwk, {
      algorithms: [tokenAlgorithm],
      audience: [options.audience].flat(),
      currentDate: options.now,
      requiredClaims: ['exp', 'jti', 'sub'],
    });
    return payload;
  } catch (cause) {
    throw translated(cause);
  }
}

function translated(cause: unknown): TokenError {
  if (cause instanceof errors.JWTExpired)
    return new TokenError('expired', 'the token has expired', { cause });
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenError('forged', "the token's signature does not match", { cause });
  }
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'nbf')
      return new TokenError('not-yet-valid', 'the token is not valid yet', { cause });
    if (cause.claim === 'aud')
      return new TokenError('wrong-audience', 'the token is for another audience', { cause });
  }
  return new TokenError('malformed', 'the token is not a valid JWT', { cause });
}
