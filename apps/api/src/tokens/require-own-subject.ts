import type { Identity } from '@berth/auth';
import type { Token } from '@berth/kinds';
import { forbiddenError } from '@berth/machinery';
import { requireAllowed } from '../pipeline/authorize.ts';
import type { ResourceRequest } from '../route/resource-request.ts';

/**
 * Nobody gets more by a token than they have: a user and groups that are not one's own need the right to impersonate them,
 * and a token that is good for less than its user makes no others.
 *
 * @throws StatusError `Forbidden`
 */
export async function requireOwnSubject(
  { deps, scope }: ResourceRequest,
  { metadata, spec }: Token,
  identity: Identity,
): Promise<void> {
  if (identity.scope !== undefined) {
    throw forbiddenError(
      scope.groupResource,
      metadata.name ?? '',
      'a token with a scope cannot create tokens',
    );
  }
  const { clusterId } = scope.attributes;
  const foreign = [
    ...(spec.user === identity.username ? [] : [{ resource: 'users', name: spec.user ?? '' }]),
    ...(spec.groups ?? [])
      .filter((group) => !identity.groups.includes(group))
      .map((name) => ({ resource: 'groups', name })),
  ];
  for (const subject of foreign) {
    await requireAllowed(deps.authorizer, identity, {
      type: 'resource',
      clusterId,
      verb: 'impersonate',
      group: '',
      version: 'v1',
      subresource: '',
      namespace: '',
      ...subject,
    });
  }
}
