import type { TenantSpec, TenantSubject } from '@berth/kinds';

/** What an identity of the system cluster is to a tenant. */
export type TenantRole = 'owner' | 'member' | 'viewer';

const strongestFirst = [
  ['owner', 'owners'],
  ['member', 'members'],
  ['viewer', 'viewers'],
] as const;

/** The strongest role that a user of these groups has in a tenant; undefined for none. */
export function tenantRoleOf(
  spec: TenantSpec,
  { username, groups }: { readonly username: string; readonly groups: readonly string[] },
): TenantRole | undefined {
  const isNamed = ({ kind, name }: TenantSubject): boolean =>
    kind === 'User' ? name === username : groups.includes(name);
  return strongestFirst.find(([, field]) => spec[field]?.some(isNamed))?.[0];
}
