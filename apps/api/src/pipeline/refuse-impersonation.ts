import { forbiddenError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../api-env.ts';

const impersonation = /^impersonate-(user|group|uid|extra-.*)$/;

/**
 * Refuses requests that ask to be made as somebody else: nobody may impersonate yet, and to answer them with the
 * caller's own rights would give more than was asked for.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export const refuseImpersonation = createMiddleware<ApiEnv>(async (c, next) => {
  const identity = c.get('identity');
  for (const [header, name] of identity === undefined ? [] : c.req.raw.headers) {
    const [, what] = impersonation.exec(header) ?? [];
    if (what === undefined) continue;
    const resource = { user: 'users', group: 'groups', uid: 'uids' }[what] ?? 'userextras';
    const group = resource === 'users' || resource === 'groups' ? '' : 'authentication.k8s.io';
    throw forbiddenError(
      { group, resource },
      name,
      `User "${identity?.username}" cannot impersonate resource "${resource}" in API group "${group}" at the cluster scope`,
    );
  }
  await next();
});
