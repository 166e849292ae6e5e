import { nameIsPathSegment } from '@berth/machinery';
import { defaultPolicy, systemDefaultPolicy } from '../default-policy/default-policy.ts';
import type { ClusterRoleBinding } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { bindingColumns } from '../rbac/binding-columns.ts';
import { defaultBinding } from '../rbac/default-binding.ts';
import { rbacGroup } from '../rbac/rbac-group.ts';
import { type BindingRules, validateBinding, validateBindingUpdate } from '../rbac/validate-binding.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';

const rules: BindingRules = { namespaced: false, roleKinds: ['ClusterRole'] };

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding */
export const clusterRoleBinding: KindDefinition = {
  kind: 'ClusterRoleBinding',
  listKind: 'ClusterRoleBindingList',
  plural: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  shortNames: [],
  categories: [],
  scope: 'Cluster',
  versions: [{ group: rbacGroup, version: 'v1', message: 'k8s.io.api.rbac.v1.ClusterRoleBinding' }],
  verbs: objectVerbs,
  subresources: [],
  columns: bindingColumns,
  nameRule: nameIsPathSegment,
  strategy: {
    applyDefaults: defaultBinding,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: (object) => validateBinding(object, rules),
    validateUpdate: (next, current) => validateBindingUpdate(next, current, rules),
  },
  selectableFields: {},
  hasGeneration: false,
  bootstrapObjects: defaultPolicy,
  systemBootstrapObjects: systemDefaultPolicy,
  grants: (object) => ({ type: 'role', roleRef: (object as ClusterRoleBinding).roleRef }),
};
