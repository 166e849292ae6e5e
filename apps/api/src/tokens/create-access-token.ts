import {
  apiAudience,
  groupAuthenticated,
  type Identity,
  issuerOf,
  issueToken,
  systemClusterId,
  tenantSubject,
} from '@berth/auth';
import type { Token } from '@berth/kinds';
import { type KubeObject, unauthorizedError } from '@berth/machinery';
import { decodeStored, fromStorage } from '../objects/versions.ts';
import { writeOptionsOf } from '../request/write-options.ts';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { decodeNew, makeNew } from '../verbs/create.ts';
import { requireOwnSubject } from './require-own-subject.ts';

/**
 * `POST` of a Token. The answer, and nothing else, holds the token itself: what is stored only says that it exists, and
 * deleting that ends it.
 */
export async function createAccessToken(request: ResourceRequest): Promise<Response> {
  const { c, scope } = request;
  // As the whole object alone: a table would leave out the token, and nobody could ask for it again.
  const { format } = negotiate(c.req.header('accept'), { projections: [] });
  const identity = c.get('identity');
  if (identity === undefined) throw unauthorizedError();
  const options = writeOptionsOf(c, 'CreateOptions');
  const desired = ofCreator(await decodeNew(request, options), await creatorIn(request, identity));
  await requireOwnSubject(request, desired, identity);
  const made = await makeNew(request, desired, { options });
  const object = 'state' in made ? decodeStored(scope, made.state) : made.unstored;
  const answer =
    'state' in made
      ? { ...object, status: { ...object.status, token: await tokenOf(request, object) } }
      : object;
  return send(c, { format, status: 201, json: JSON.stringify(fromStorage(scope, answer)) });
}

type Creator = Pick<Identity, 'username' | 'groups'>;

/**
 * Who the creator is in this cluster. Somebody of the fleet is there by the role in its tenant: the cluster's own token has to
 * carry the group of that role, or it would be good for nothing.
 */
async function creatorIn({ deps, scope }: ResourceRequest, identity: Identity): Promise<Creator> {
  const { clusterId } = scope.attributes;
  if (identity.clusterId !== systemClusterId || clusterId === systemClusterId) return identity;
  const role = (await deps.tenants.ofCluster(clusterId))?.roleOf(identity.username, identity.groups);
  return role === undefined
    ? identity
    : { username: identity.username, groups: tenantSubject(identity, role).groups };
}

/** A token is its creator's own unless it says otherwise. */
function ofCreator(object: KubeObject, { username, groups }: Creator): Token {
  const { spec = {} }: Partial<Token> = object;
  const user = spec.user || username;
  const own = user === username && spec.groups === undefined ? [...groups] : spec.groups;
  return { ...object, spec: { ...spec, user, ...(own !== undefined && { groups: own }) } };
}

async function tokenOf({ deps, scope }: ResourceRequest, object: KubeObject): Promise<string> {
  const { metadata, spec } = object as Token;
  const { name, uid = '', creationTimestamp } = metadata;
  const { clusterId } = scope.attributes;
  const { user = '', groups = [], expirationSeconds = 0 } = spec;
  const { token } = await issueToken(deps.keys, {
    clusterId,
    issuer: issuerOf(deps.externalUrl, clusterId),
    subject: { username: user, groups: [...new Set([...groups, groupAuthenticated])] },
    audience: [apiAudience],
    expiresInSeconds: expirationSeconds,
    jti: uid,
    ...(spec.scope !== undefined && { scope: spec.scope }),
    boundTo: { resource: scope.resource, namespace: '', name, uid },
    now: new Date(creationTimestamp ?? deps.now()),
  });
  return token;
}
