import type { TokenScope } from './token-scope.ts';

/** Who makes a request, as a verified token says. */
export interface Identity {
  /** The cluster whose keys signed the token. */
  readonly clusterId: string;
  readonly username: string;
  /** Empty for subjects that are no objects (users, nodes). */
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
  /** The token's own id. */
  readonly jti: string;
  /** What the token is good for at most; absent where it carries all that its subject may do. */
  readonly scope?: TokenScope;
}

/** What a token says of its subject. */
export interface Subject {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The fleet's own cluster: its administrators reach every cluster, its nodes run pods of every cluster. */
export const systemClusterId = 'system';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles */
export const groupMasters = 'system:masters';
export const groupAuthenticated = 'system:authenticated';
export const groupNodes = 'system:nodes';

/** Who shows no token. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests */
export const usernameAnonymous = 'system:anonymous';
export const groupUnauthenticated = 'system:unauthenticated';

const accountUsername = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The ServiceAccount that a username stands for; undefined for other names. */
export function serviceAccountOf(
  username: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = accountUsername.exec(username) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** The administrator of a cluster, as the kubeconfig of a new cluster names one. */
export function adminSubject(username = 'admin'): Subject {
  return { username, groups: [groupMasters, groupAuthenticated] };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
export function serviceAccountSubject(account: { namespace: string; name: string; uid: string }): Subject {
  return {
    username: `system:serviceaccount:${account.namespace}:${account.name}`,
    uid: account.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, groupAuthenticated],
  };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/node/ */
export function nodeSubject(nodeName: string): Subject {
  return { username: `${nodeUsernamePrefix}${nodeName}`, groups: [groupNodes, groupAuthenticated] };
}

const nodeUsernamePrefix = 'system:node:';

/** The node that an identity speaks for, if it is a node of the fleet. */
export function nodeNameOf(identity: Identity): string | undefined {
  const isNode =
    identity.clusterId === systemClusterId &&
    identity.groups.includes(groupNodes) &&
    identity.username.startsWith(nodeUsernamePrefix);
  return isNode ? identity.username.slice(nodeUsernamePrefix.length) : undefined;
}
