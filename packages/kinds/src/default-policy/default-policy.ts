import type { KubeObject } from '@berth/machinery';
import { defaultClusterRoleBindings } from './cluster-role-bindings.ts';
import { defaultClusterRoles, tenantClusterRoles } from './cluster-roles.ts';

/**
 * The roles and bindings that every cluster has: they decide whether or not anybody has ever looked at them.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export const defaultPolicy: readonly KubeObject[] = [...defaultClusterRoles, ...defaultClusterRoleBindings];

/** Those of the system cluster alone. */
export const systemDefaultPolicy: readonly KubeObject[] = tenantClusterRoles;
