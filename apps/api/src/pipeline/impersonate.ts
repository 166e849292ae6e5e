import {
  groupUnauthenticated,
  groupAuthenticated,
  type Identity,
  type ResourceAttributes,
  serviceAccountOf,
  serviceAccountSubject,
  usernameAnonymous,
} from '@berth/auth';
import { createMiddleware } from 'hono/factory';
import type { ApiContext, ApiEnv } from '../api-env.ts';
import type { AppDeps } from '../api-deps.ts';
import { type Impersonation, impersonationOf } from '../request/impersonation-headers.ts';
import { requireAllowed } from './authorize.ts';

/**
 * Makes a request as somebody else where its headers ask for that and its sender may: from here on, the identity of the
 * request is the other's, of the cluster that it is about. A token's scope stays with it.
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
export function impersonate({ authorizer }: Pick<AppDeps, 'authorizer'>) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const sender = c.get('identity');
    const wanted = sender && impersonationOf(rawHeadersOf(c));
    if (sender !== undefined && wanted !== undefined) {
      const clusterId = c.get('clusterId');
      for (const subject of subjectsOf(wanted)) {
        await requireAllowed(authorizer, sender, {
          ...subject,
          type: 'resource',
          clusterId,
          verb: 'impersonate',
        });
      }
      c.set('impersonator', sender);
      c.set('identity', identityOf(wanted, sender, clusterId));
    }
    await next();
  });
}

/** Unlike `Headers`, these keep apart what stands in several headers of one name: groups may hold commas. */
function rawHeadersOf(c: ApiContext): readonly string[] {
  return c.env.incoming.rawHeaders;
}

type Subject = Omit<ResourceAttributes, 'type' | 'clusterId' | 'verb'>;

/** Everything that the sender must be allowed to impersonate, as resources. */
function subjectsOf({ username, uid, groups, extra }: Impersonation): readonly Subject[] {
  const of = (group: string, resource: string, name: string): Subject => {
    return { group, version: 'v1', resource, subresource: '', namespace: '', name };
  };
  const account = serviceAccountOf(username);
  const authentication = 'authentication.k8s.io';
  return [
    account === undefined
      ? of('', 'users', username)
      : { ...of('', 'serviceaccounts', account.name), namespace: account.namespace },
    ...groups.map((group) => of('', 'groups', group)),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({ ...of(authentication, 'userextras', value), subresource: key })),
    ),
    ...(uid === undefined ? [] : [of(authentication, 'uids', uid)]),
  ];
}

function identityOf(
  { username, uid = '', groups, extra }: Impersonation,
  { jti, scope }: Identity,
  clusterId: string,
): Identity {
  const account = serviceAccountOf(username);
  const own = account === undefined ? [] : serviceAccountSubject({ ...account, uid }).groups;
  return {
    clusterId,
    username,
    uid,
    groups: withStanding(username, groups.length > 0 ? groups : own),
    extra,
    jti,
    ...(scope !== undefined && { scope }),
  };
}

/** Everybody is known or not. */
function withStanding(username: string, groups: readonly string[]): readonly string[] {
  if (groups.includes(groupAuthenticated) || groups.includes(groupUnauthenticated)) return groups;
  return [...groups, username === usernameAnonymous ? groupUnauthenticated : groupAuthenticated];
}
