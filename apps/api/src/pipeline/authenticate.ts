import { type Identity, TokenError } from '@berth/auth';
import { unauthorizedError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiContext, ApiEnv } from '../api-env.ts';
import type { Outsiders } from '../outsiders/outsiders.ts';
import { pathOf, splitClusterPath } from '../request/cluster-path.ts';
import { OpenStreams } from '../tokens/open-streams.ts';
import { tokenVerifier } from '../tokens/token-verifier.ts';
import { isOpenPath } from './open-path.ts';

/** Turns a bearer token into an identity. 401 without one or with one that proves nothing. */
export function authenticate(deps: ApiDeps, outsiders: Outsiders) {
  const verify = tokenVerifier(deps);
  const streams = new OpenStreams();
  // A token from outside names no cluster: only where the path does is it known who may trust it.
  const outsideIdentity = async (c: ApiContext, token: string): Promise<Identity | undefined> => {
    const { clusterId } = splitClusterPath(pathOf(c.req.url));
    return clusterId === undefined ? undefined : (await outsiders.identify(token, clusterId))?.identity;
  };
  return createMiddleware<ApiEnv>(async (c, next) => {
    if (isOpenPath(c.req.method, c.req.path)) {
      c.set('identity', undefined);
      return next();
    }
    const token = bearerOf(c.req.header('authorization'));
    if (token === undefined) throw unauthorizedError();
    try {
      const outsider = await outsideIdentity(c, token);
      if (outsider === undefined) {
        const known = await verify(token);
        c.set('identity', known.identity);
        c.set('untilRevoked', (end) => streams.add(known, end));
      } else {
        c.set('identity', outsider);
      }
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
