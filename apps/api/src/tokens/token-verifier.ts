import { apiAudience, type Identity, TokenError, type VerifiedToken, verifyToken } from '@berth/auth';
import { LRUCache } from 'lru-cache';
import type { ApiDeps } from '../api-deps.ts';
import { cachedKeys, type KeysOf } from './cached-keys.ts';
import { issuersOf } from './issuers-of.ts';
import type { StreamToken } from './open-streams.ts';
import { sharedCheck } from './shared-check.ts';
import { isTokenAlive } from './token-liveness.ts';
import { tokenUses } from './token-uses.ts';

/** How long a verified token is believed without looking at its signature again. */
const verifiedForMs = 15_000;
/** How long it is believed that what carries a token still exists: what is revoked is refused within a second everywhere. */
const aliveForMs = 500;
const rememberedTokens = 10_000;

interface RememberedToken extends GoodToken {
  readonly verified: VerifiedToken;
}

/** A token that was good when it was asked for. */
export interface GoodToken extends StreamToken {
  readonly identity: Identity;
}

type VerifierDeps = Pick<ApiDeps, 'keys' | 'now' | 'store' | 'log' | 'externalUrl' | 'formerExternalUrls'>;

/**
 * Whose token it is, for the API server itself. A token that many requests bring costs one look at its signature every
 * 15 s, and one look-up of its key and of what it depends on every 500 ms.
 *
 * @throws TokenError (from the function returned)
 */
export function tokenVerifier(deps: VerifierDeps): (token: string) => Promise<GoodToken> {
  const keysOf = cachedKeys(deps.keys);
  const noteUse = tokenUses(deps);
  // Requests that bring the same token at the same time share one verification; a refusal is not remembered.
  const remembered = new LRUCache<string, RememberedToken>({
    max: rememberedTokens,
    ttl: verifiedForMs,
    fetchMethod: (token) => verifyForApi(deps, keysOf, token),
  });
  return async (token) => {
    const known = remembered.get(token) ?? (await remembered.fetch(token));
    if (known === undefined) throw new Error('a token was neither verified nor refused');
    if (known.verified.expiresAt <= deps.now()) throw new TokenError('expired', 'the token has expired');
    if (!(await known.isAlive())) {
      throw new TokenError('revoked', 'the key of the token, or what it depends on, does not exist any more');
    }
    const { object } = known.verified;
    if (object !== undefined) noteUse(object);
    return known;
  };
}

async function verifyForApi(deps: VerifierDeps, keysOf: KeysOf, token: string): Promise<RememberedToken> {
  const verified = await verifyToken(token, {
    keysOf,
    audience: apiAudience,
    issuersOf: (clusterId) => issuersOf(deps, clusterId),
    now: deps.now(),
  });
  const { identity, keyId, dependencies } = verified;
  const hasKey = async (): Promise<boolean> =>
    (await keysOf(identity.clusterId, keyId)).some(({ kid }) => kid === keyId);
  const isAlive = sharedCheck(
    async () => (await Promise.all([hasKey(), isTokenAlive(deps, dependencies)])).every(Boolean),
    { freshForMs: aliveForMs },
  );
  return { id: `${identity.clusterId}/${identity.jti}`, identity, isAlive, verified };
}
