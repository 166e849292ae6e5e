import type { KubeObject } from '@berth/machinery';
import { defaultClusterRoleBindings, tenantClusterRoleBindings } from './cluster-role-bindings.ts';
import { defaultClusterRoles, tenantClusterRoles } from './cluster-roles.ts';

const ofEveryCluster: readonly KubeObject[] = [...defaultClusterRoles, ...defaultClusterRoleBindings];

/**
 * The roles and bindings that every cluster of a tenant has: they decide whether or not anybody has ever looked at them.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export const defaultPolicy: readonly KubeObject[] = [...ofEveryCluster, ...tenantClusterRoleBindings];

/** Those of the system cluster. */
export const systemDefaultPolicy: readonly KubeObject[] = [...ofEveryCluster, ...tenantClusterRoles];
