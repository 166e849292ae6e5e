import type { RoleBinding, Tenant, TenantSubject } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { Action, ClusterView } from '../reconciler.ts';

const rbac = 'rbac.authorization.k8s.io';
const resource = `rolebindings.${rbac}`;

/** The bindings of a tenant's namespace, and the ClusterRoles of the system cluster that they bind its people to. */
const bindings = [
  { name: 'berth:tenant-owners', role: 'berth:tenant-owner', field: 'owners' },
  { name: 'berth:tenant-members', role: 'berth:tenant-member', field: 'members' },
  { name: 'berth:tenant-viewers', role: 'berth:tenant-viewer', field: 'viewers' },
] as const;

/** Whether it is one of the bindings that follow from a Tenant. */
export function isTenantBinding(changed: string, name: string): boolean {
  return changed === resource && bindings.some((binding) => binding.name === name);
}

/** Makes the bindings of a tenant's people what the Tenant says, again if somebody changed them. */
export function ensureBindings(tenant: Tenant, view: ClusterView): readonly Action[] {
  const namespace = tenant.metadata.name;
  return bindings.flatMap(({ name, role, field }): readonly Action[] => {
    const key = { resource, namespace, name };
    const stored = view.get<RoleBinding>(key);
    const wanted = bindingOf({ namespace, name, role }, tenant.spec?.[field] ?? []);
    if (!stored) return wanted.subjects?.length ? [{ type: 'create', object: wanted }] : [];
    if (stored.metadata.deletionTimestamp) return [];
    // A role cannot be exchanged: the binding is made again when it is gone.
    const isOthers = !semanticEqual(stored.roleRef, wanted.roleRef);
    if (isOthers || !wanted.subjects?.length) {
      return [{ type: 'delete', key, uid: stored.metadata.uid ?? '' }];
    }
    if (semanticEqual(stored.subjects, wanted.subjects)) return [];
    const { subjects } = wanted;
    const object: RoleBinding = { ...stored, subjects };
    return [{ type: 'update', object }];
  });
}

function bindingOf(
  { namespace, name, role }: { readonly namespace: string; readonly name: string; readonly role: string },
  people: readonly TenantSubject[],
): RoleBinding {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: people.map((subject) => ({ apiGroup: rbac, kind: subject.kind, name: subject.name })),
  };
}
