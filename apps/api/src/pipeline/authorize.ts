import { authorize as decide, forbiddenMessage, type Identity, type RequestAttributes } from '@berth/auth';
import { StatusError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../api-env.ts';
import { isOpenPath } from './open-path.ts';

/** Refuses with 403 what the identity may not do. Runs before anything is said about whether the cluster exists. */
export const authorize = createMiddleware<ApiEnv>(async (c, next) => {
  const identity = c.get('identity');
  if (identity !== undefined) requireAllowed(identity, c.get('attributes'));
  else if (!isOpenPath(c.req.method, c.req.path))
    throw new Error(`an unauthenticated request for ${c.req.path}`);
  await next();
});

/** @throws StatusError `Forbidden` in upstream's words */
export function requireAllowed(identity: Identity, attributes: RequestAttributes): void {
  const { allowed, reason } = decide(identity, attributes);
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
