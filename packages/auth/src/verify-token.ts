import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { goQuote } from '@berth/machinery';
import type { Identity } from './identity.ts';
import { type BerthClaim, berthClaimOf, type BoundObject } from './token-claims.ts';
import {
  credentialExtra,
  type ServiceAccountClaim,
  serviceAccountClaimName,
  serviceAccountClaimOf,
  serviceAccountDependencies,
} from './service-account-claim.ts';
import { algorithmOfKey, type TokenAlgorithm, tokenAlgorithms, type VerificationKey } from './signing-key.ts';
import type { TokenDependency } from './token-dependency.ts';
import { TokenError } from './token-error.ts';

export interface VerifyOptions {
  /** The keys a cluster trusts; empty for a cluster that does not exist. `kid` is the one looked for, so that a cache knows when it is stale. */
  readonly keysOf: (clusterId: string, kid: string) => Promise<readonly VerificationKey[]>;
  /** The token must be for one of these. */
  readonly audience: string | readonly string[];
  /**
   * The issuer URLs that a cluster's tokens may name. Absent: the issuer is not compared, for those that know the server
   * under another URL than its tokens do.
   */
  readonly issuersOf?: (clusterId: string) => readonly string[];
  readonly now: Date;
}

/** Longer tokens are refused before anything of them is read. Berth's own have less than 2 kB. */
const longestTokenLength = 16_384;

/** The end of the year 9999, in seconds: what is beyond has no date. */
const latestExpiry = 253_402_300_799;

/** By how much the signer's clock may be ahead. */
const clockToleranceSeconds = 10;

/** An identity, and until when and under what conditions the token proves it. */
export interface VerifiedToken {
  readonly identity: Identity;
  readonly expiresAt: Date;
  /** Those that were asked for and that the token is for. */
  readonly audiences: readonly string[];
  /** The key that signed it. */
  readonly keyId: string;
  /** Objects without which the token proves nothing. That they exist is for the caller to look up. */
  readonly dependencies: readonly TokenDependency[];
  /** The object that stands for the token itself, which is among them; absent for tokens that have none. */
  readonly object?: TokenDependency;
}

/**
 * Verifies a bearer token. The cluster that it names decides which keys may have signed it, so naming another cluster than
 * the signer's is a forgery. The token is judged by that cluster's key alone: keys and URLs that it brings are not read.
 *
 * @throws TokenError
 */
export async function verifyToken(token: string, options: VerifyOptions): Promise<VerifiedToken> {
  if (token.length > longestTokenLength) throw new TokenError('malformed', 'the token is too long');
  const { alg, kid } = headerOf(token);
  const { cluster } = claimOf(decoded(token, decodeJwt));
  if (!clusterIds.test(cluster)) throw new TokenError('malformed', 'the token names no cluster');
  const key = (await options.keysOf(cluster, kid)).find((candidate) => candidate.kid === kid);
  if (key === undefined) {
    throw new TokenError('unknown-key', `cluster ${quoted(cluster)} has no key ${quoted(kid)}`);
  }
  // The key says how it signs; the token only repeats it. Whatever else it names, a caller could have chosen.
  const algorithm = algorithmOfKey(key.publicJwk);
  if (algorithm === undefined || alg !== algorithm) {
    throw new TokenError(
      'wrong-algorithm',
      `the token's algorithm is ${quoted(alg)}, but its key is for ${String(algorithm)}`,
    );
  }
  const payload = await verifiedPayload(
    token,
    { key, algorithm, issuers: options.issuersOf?.(cluster) },
    options,
  );
  const { exp, jti, sub } = payload;
  if (exp === undefined || exp > latestExpiry || !isText(jti) || !isText(sub)) {
    throw new TokenError('malformed', 'the token lacks one of the claims exp, jti and sub');
  }
  if (exp * 1000 <= options.now.getTime()) throw new TokenError('expired', 'the token has expired');
  const claim = claimOf(payload);
  const account = accountClaimOf(payload);
  const identity: Identity = {
    clusterId: claim.cluster,
    username: sub,
    uid: claim.uid ?? '',
    groups: claim.groups,
    extra: { ...claim.extra, ...credentialExtra(jti, account) },
    jti,
    ...(claim.scope !== undefined && { scope: claim.scope }),
  };
  const object = claim.boundTo && boundDependency(claim.cluster, claim.boundTo);
  return {
    identity,
    expiresAt: new Date(exp * 1000),
    audiences: [options.audience].flat().filter((audience) => audiencesOf(payload).includes(audience)),
    keyId: kid,
    dependencies: [
      ...(account === undefined ? [] : serviceAccountDependencies(claim.cluster, account)),
      ...(object === undefined ? [] : [object]),
    ],
    ...(object !== undefined && object.uid === jti && { object }),
  };
}

function audiencesOf({ aud }: JWTPayload): readonly string[] {
  const named: readonly unknown[] = [aud].flat();
  return named.filter((audience) => typeof audience === 'string');
}

/** What the types of the JWT library say of these claims is a promise of the token alone. */
function isText(claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== '';
}

/** Of a service account's token: what it says of the account. */
function accountClaimOf(payload: JWTPayload): ServiceAccountClaim | undefined {
  const claim = serviceAccountClaimOf(payload);
  if (claim === undefined) {
    throw new TokenError('malformed', `the token's claim ${serviceAccountClaimName} is not of its form`);
  }
  return claim === 'none' ? undefined : claim;
}

function boundDependency(clusterId: string, { cluster, ...object }: BoundObject): TokenDependency {
  return { ...object, clusterId: cluster ?? clusterId, graceMs: 0 };
}

/** A DNS label, as the name of every cluster is one. */
const clusterIds = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** What a token of Berth's own never has: it would change how the rest is read (RFC 7515, section 4.1.11; RFC 7797). */
const refusedHeaders = ['crit', 'b64', 'zip', 'enc'] as const;

const keyIds = /^[\w-]{1,128}$/;

function headerOf(token: string): { alg: string; kid: string } {
  const header = decoded(token, decodeProtectedHeader);
  const { alg, kid } = header;
  if (!tokenAlgorithms.some((algorithm) => algorithm === alg)) {
    throw new TokenError(
      'wrong-algorithm',
      `the token's algorithm is ${quoted(alg)}, but must be one of ${tokenAlgorithms.join(', ')}`,
    );
  }
  if (typeof alg !== 'string' || typeof kid !== 'string' || !keyIds.test(kid)) {
    throw new TokenError('malformed', 'the token names no key');
  }
  if (refusedHeaders.some((name) => Object.hasOwn(header, name))) {
    throw new TokenError('malformed', 'the token has a header that no token of a cluster has');
  }
  return { alg, kid };
}

function decoded<T>(token: string, decode: (token: string) => T): T {
  try {
    return decode(token);
  } catch (cause) {
    throw new TokenError('malformed', 'the token is not a JWT', { cause });
  }
}

/** For messages: what a caller wrote, on one line and at most this long. */
function quoted(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 64));
}

function claimOf(payload: JWTPayload): BerthClaim {
  const claim = berthClaimOf(payload);
  if (claim === undefined) throw new TokenError('malformed', 'the token names no cluster and groups');
  return claim;
}

interface TrustedSigner {
  readonly key: VerificationKey;
  readonly algorithm: TokenAlgorithm;
  readonly issuers: readonly string[] | undefined;
}

async function verifiedPayload(
  token: string,
  { key, algorithm, issuers }: TrustedSigner,
  options: VerifyOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, key.publicJwk, {
      algorithms: [algorithm],
      audience: [options.audience].flat(),
      ...(issuers !== undefined && { issuer: [...issuers] }),
      clockTolerance: clockToleranceSeconds,
      currentDate: options.now,
      requiredClaims: ['exp', 'jti', 'sub'],
    });
    return payload;
  } catch (cause) {
    throw translated(cause, [options.audience].flat());
  }
}

function translated(cause: unknown, asked: readonly string[]): TokenError {
  if (cause instanceof errors.JWTExpired)
    return new TokenError('expired', 'the token has expired', { cause });
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenError('forged', "the token's signature does not match", { cause });
  }
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'nbf')
      return new TokenError('not-yet-valid', 'the token is not valid yet', { cause });
    if (cause.claim === 'aud')
      return new TokenError('wrong-audience', foreignAudience(cause.payload, asked), { cause });
    if (cause.claim === 'iss')
      return new TokenError('wrong-issuer', 'the token is of another issuer', { cause });
  }
  return new TokenError('malformed', 'the token is not a valid JWT', { cause });
}

/** In upstream's words. Only a token whose signature is good gets so far. */
function foreignAudience(payload: JWTPayload, asked: readonly string[]): string {
  const list = (audiences: readonly string[]) => `[${audiences.map(goQuote).join(' ')}]`;
  return `token audiences ${list(audiencesOf(payload))} is invalid for the target audiences ${list(asked)}`;
}
