import { apiAudience, type Identity, TokenError, type VerifiedToken, verifyToken } from '@berth/auth';
import { unauthorizedError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import { LRUCache } from 'lru-cache';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiEnv } from '../api-env.ts';
import { cachedKeys } from './cached-keys.ts';
import { isOpenPath } from './open-path.ts';

/** How long a verified token is believed without looking at its signature again. */
const verifiedForMs = 15_000;
const rememberedTokens = 10_000;

/** Turns a bearer token into an identity. 401 without one or with one that proves nothing. */
export function authenticate(deps: Pick<ApiDeps, 'keys' | 'now' | 'log'>) {
  const verify = tokenVerifier(deps);
  return createMiddleware<ApiEnv>(async (c, next) => {
    if (isOpenPath(c.req.method, c.req.path)) {
      c.set('identity', undefined);
      return next();
    }
    const token = bearerOf(c.req.header('authorization'));
    if (token === undefined) throw unauthorizedError();
    try {
      c.set('identity', await verify(token));
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      deps.log.info({ requestId: c.get('requestId'), code: error.code }, `token refused: ${error.message}`);
      throw unauthorizedError();
    }
    return next();
  });
}

/** The token of an `Authorization` header; undefined without one or with another scheme. */
function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined || header.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = header.slice(7).trim();
  return token === '' ? undefined : token;
}

function tokenVerifier({ keys, now }: Pick<ApiDeps, 'keys' | 'now'>): (token: string) => Promise<Identity> {
  const keysOf = cachedKeys(keys);
  // Requests that bring the same token at the same time share one verification; a refusal is not remembered.
  const verified = new LRUCache<string, VerifiedToken>({
    max: rememberedTokens,
    ttl: verifiedForMs,
    fetchMethod: (token) => verifyToken(token, { keysOf, audience: apiAudience, now: now() }),
  });
  return async (token) => {
    const known = verified.get(token) ?? (await verified.fetch(token));
    if (known !== undefined && known.expiresAt > now()) return known.identity;
    return (await verifyToken(token, { keysOf, audience: apiAudience, now: now() })).identity;
  };
}
