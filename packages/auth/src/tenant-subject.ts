import { groupAuthenticated, type Identity } from './identity.ts';
import type { RuleSubject } from './rbac/compile-rules.ts';

/** What an identity of the system cluster is to the tenant of a cluster. */
export type TenantRole = 'owner' | 'member' | 'viewer';

/** The groups that bindings in every cluster of a tenant name. */
const tenantGroups: Readonly<Record<TenantRole, string>> = {
  owner: 'berth:tenant-owners',
  member: 'berth:tenant-members',
  viewer: 'berth:tenant-viewers',
};

/**
 * As whom an identity of the system cluster acts in a cluster of its tenant: with the group of its role. Names that
 * Kubernetes and Berth reserve (`system:…`, `berth:…`) mean somebody else in each cluster, and stay behind.
 */
export function tenantSubject({ username, groups }: Identity, role: TenantRole): RuleSubject {
  const isReserved = (name: string): boolean => /^(?:system|berth):/.test(name);
  return {
    username: isReserved(username) ? '' : username,
    groups: [...groups.filter((group) => !isReserved(group)), groupAuthenticated, tenantGroups[role]],
  };
}
