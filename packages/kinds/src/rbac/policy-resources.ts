/** Where the objects of RBAC are, as the store names resources. */
export const policyResources = {
  clusterRoles: 'clusterroles.rbac.authorization.k8s.io',
  roles: 'roles.rbac.authorization.k8s.io',
  clusterRoleBindings: 'clusterrolebindings.rbac.authorization.k8s.io',
  roleBindings: 'rolebindings.rbac.authorization.k8s.io',
} as const;
