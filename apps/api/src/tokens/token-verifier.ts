import { apiAudience, type Identity, TokenError, type VerifiedToken, verifyToken } from '@berth/auth';
import { LRUCache } from 'lru-cache';
import type { ApiDeps } from '../api-deps.ts';
import { cachedKeys } from './cached-keys.ts';
import { sharedCheck } from './shared-check.ts';
import { isTokenAlive } from './token-liveness.ts';

/** How long a verified token is believed without looking at its signature again. */
const verifiedForMs = 15_000;
/** How long it is believed that what carries a token still exists: what is revoked is refused within a second everywhere. */
const aliveForMs = 500;
const rememberedTokens = 10_000;

interface RememberedToken {
  readonly verified: VerifiedToken;
  readonly isAlive: () => boolean | Promise<boolean>;
}

/**
 * Whose token it is, for the API server itself. A token that many requests bring costs one look at its signature every
 * 15 s, and one look-up of what it depends on every 500 ms.
 *
 * @throws TokenError (from the function returned)
 */
export function tokenVerifier(
  deps: Pick<ApiDeps, 'keys' | 'now' | 'store'>,
): (token: string) => Promise<Identity> {
  const keysOf = cachedKeys(deps.keys);
  // Requests that bring the same token at the same time share one verification; a refusal is not remembered.
  const remembered = new LRUCache<string, RememberedToken>({
    max: rememberedTokens,
    ttl: verifiedForMs,
    fetchMethod: async (token) => {
      const verified = await verifyToken(token, { keysOf, audience: apiAudience, now: deps.now() });
      const { dependencies } = verified;
      const isAlive =
        dependencies.length === 0
          ? () => true
          : sharedCheck(() => isTokenAlive(deps, dependencies), { freshForMs: aliveForMs });
      return { verified, isAlive };
    },
  });
  return async (token) => {
    const known = remembered.get(token) ?? (await remembered.fetch(token));
    if (known === undefined) throw new Error('a token was neither verified nor refused');
    if (known.verified.expiresAt <= deps.now()) throw new TokenError('expired', 'the token has expired');
    if (!(await known.isAlive())) {
      throw new TokenError('revoked', 'what the token depends on does not exist any more');
    }
    return known.verified.identity;
  };
}
