import type { ClusterRole, ClusterRoleBinding, Tenant, TenantSubject } from '@berth/kinds';
import { type KubeObject, semanticEqual } from '@berth/machinery';
import type { Action, ClusterView } from '../reconciler.ts';

const rbac = 'rbac.authorization.k8s.io';
const platform = 'platform.berth.dev';
const roles = `clusterroles.${rbac}`;
const roleBindings = `clusterrolebindings.${rbac}`;
const prefix = 'berth:tenant:';

/** The tenant whose people read it by this object; undefined for any other object. */
export function tenantReadBy(resource: string, name: string): string | undefined {
  const isPolicy = resource === roles || resource === roleBindings;
  return isPolicy && name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

/**
 * Lets a tenant's people read their Tenant and its plan, which are in no namespace. The role and its binding are the
 * Tenant's own, and go with it.
 */
export function ensureOwnTenantRead(tenant: Tenant, view: ClusterView): readonly Action[] {
  const { owners = [], members = [], viewers = [], plan } = tenant.spec ?? {};
  const people = [...owners, ...members, ...viewers];
  const role: ClusterRole = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: ownedBy(tenant),
    rules: [readRule('tenants', tenant.metadata.name), ...(plan ? [readRule('plans', plan)] : [])],
  };
  const binding: ClusterRoleBinding = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: ownedBy(tenant),
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role.metadata.name },
    subjects: subjectsOf(people),
  };
  const isWanted = people.length > 0;
  return [
    ...ensure(view, { resource: roles, wanted: role, isWanted }),
    ...ensure(view, { resource: roleBindings, wanted: binding, isWanted }),
  ];
}

function ensure(
  view: ClusterView,
  { resource, wanted, isWanted }: { resource: string; wanted: KubeObject; isWanted: boolean },
): readonly Action[] {
  const key = { resource, namespace: '', name: wanted.metadata.name };
  const stored = view.get(key);
  if (!stored) return isWanted ? [{ type: 'create', object: wanted }] : [];
  if (stored.metadata.deletionTimestamp) return [];
  if (!isWanted) return [{ type: 'delete', key, uid: stored.metadata.uid ?? '' }];
  const object = { ...stored, ...wanted, metadata: stored.metadata };
  return semanticEqual(object, stored) ? [] : [{ type: 'update', object }];
}

function ownedBy({ apiVersion, kind, metadata: { name, uid = '' } }: Tenant): KubeObject['metadata'] {
  return { name: prefix + name, ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] };
}

function readRule(resource: string, name: string) {
  return {
    apiGroups: [platform],
    resources: [resource],
    resourceNames: [name],
    verbs: ['get', 'list', 'watch'],
  };
}

/** Each once: somebody may be an owner and a member. */
function subjectsOf(people: readonly TenantSubject[]): NonNullable<ClusterRoleBinding['subjects']> {
  const byName = new Map(people.map(({ kind, name }) => [`${kind}/${name}`, { apiGroup: rbac, kind, name }]));
  return [...byName.values()];
}
