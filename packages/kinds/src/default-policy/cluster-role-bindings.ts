import type { ClusterRoleBinding, Subject } from '../generated/api-types.ts';
import { rbacGroup } from '../rbac/rbac-group.ts';
import { defaultMetadata } from './default-metadata.ts';

const everybody = ['system:authenticated', 'system:unauthenticated'];

/** The ClusterRoleBindings that every cluster has. */
export const defaultClusterRoleBindings: readonly ClusterRoleBinding[] = [
  binding('cluster-admin', groups('system:masters')),
  binding('system:basic-user', groups('system:authenticated')),
  binding('system:discovery', groups('system:authenticated')),
  binding('system:kube-controller-manager', users('system:kube-controller-manager')),
  binding('system:kube-dns', [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }]),
  binding('system:kube-scheduler', users('system:kube-scheduler')),
  binding('system:monitoring', groups('system:monitoring')),
  // What nodes may do follows from who they are.
  binding('system:node', []),
  binding('system:node-proxier', users('system:kube-proxy')),
  binding('system:public-info-viewer', groups(...everybody)),
  binding('system:service-account-issuer-discovery', groups('system:serviceaccounts')),
  binding('system:volume-scheduler', users('system:kube-scheduler')),
];

/**
 * Those of tenants' clusters: what people who are something to the tenant may do there. The system cluster has none: there
 * they have rights in the tenant's namespace alone.
 */
export const tenantClusterRoleBindings: readonly ClusterRoleBinding[] = [
  binding('berth:tenant-owners', groups('berth:tenant-owners'), 'cluster-admin'),
  binding('berth:tenant-members', groups('berth:tenant-members'), 'edit'),
  binding('berth:tenant-viewers', groups('berth:tenant-viewers'), 'view'),
];

function binding(name: string, subjects: Subject[], role = name): ClusterRoleBinding {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: defaultMetadata(name),
    ...(subjects.length > 0 && { subjects }),
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: role },
  };
}

function groups(...names: readonly string[]): Subject[] {
  return names.map((name) => ({ kind: 'Group', apiGroup: rbacGroup, name }));
}

function users(...names: readonly string[]): Subject[] {
  return names.map((name) => ({ kind: 'User', apiGroup: rbacGroup, name }));
}
