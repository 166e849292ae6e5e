import { TokenError } from '@berth/auth';
import { unauthorizedError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiEnv } from '../api-env.ts';
import { tokenVerifier } from '../tokens/token-verifier.ts';
import { isOpenPath } from './open-path.ts';

/** Turns a bearer token into an identity. 401 without one or with one that proves nothing. */
export function authenticate(deps: ApiDeps) {
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
