/** `rbac/v1` PolicyRule. A list that is absent or null is empty. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** `rbac/v1` RoleRef. */
export interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

/** `rbac/v1` Subject. */
export interface PolicySubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

interface PolicyObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A Role or ClusterRole. */
export interface PolicyRole extends PolicyObject {
  readonly rules?: readonly PolicyRule[] | null;
}

/** A RoleBinding or ClusterRoleBinding. */
export interface PolicyBinding extends PolicyObject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly PolicySubject[] | null;
}

/** All objects of RBAC in one cluster. */
export interface PolicyObjects {
  readonly clusterRoles: readonly PolicyRole[];
  readonly roles: readonly PolicyRole[];
  readonly clusterRoleBindings: readonly PolicyBinding[];
  readonly roleBindings: readonly PolicyBinding[];
}
