/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export const rbacGroup = 'rbac.authorization.k8s.io';
