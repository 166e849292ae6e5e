import { type Authorizer, forbiddenMessage, type Identity, type RequestAttributes } from '@berth/auth';
import { StatusError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import type { AppDeps } from '../api-deps.ts';
import type { ApiEnv } from '../api-env.ts';
import { isOpenPath } from './open-path.ts';

/** Refuses with 403 what the identity may not do. Runs before anything is said about whether the cluster exists. */
export function authorize({ authorizer }: Pick<AppDeps, 'authorizer'>) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const identity = c.get('identity');
    if (identity !== undefined) {
      const attributes = c.get('attributes');
      const decision = await authorizer.authorize(identity, attributes);
      c.set('decision', decision);
      if (!decision.allowed) throw forbid(identity.username, attributes, decision.reason);
    } else if (!isOpenPath(c.req.method, c.req.path))
      throw new Error(`an unauthenticated request for ${c.req.path}`);
    await next();
  });
}

/** @throws StatusError `Forbidden` in upstream's words */
export async function requireAllowed(
  authorizer: Authorizer,
  identity: Identity,
  attributes: RequestAttributes,
): Promise<void> {
  const { allowed, reason } = await authorizer.authorize(identity, attributes);
  if (allowed) return;
  throw forbid(identity.username, attributes, reason);
}

/** The refusal of a request, in upstream's words. */
export function forbid(username: string, attributes: RequestAttributes, reason: string): StatusError {
  const message = forbiddenMessage(username, attributes, reason);
  return new StatusError('Forbidden', message, { details: detailsOf(attributes) });
}

function detailsOf(attributes: RequestAttributes) {
  if (attributes.type === 'path') return {};
  const { name, group, resource } = attributes;
  return { ...(name !== '' && { name }), ...(group !== '' && { group }), kind: resource };
}
