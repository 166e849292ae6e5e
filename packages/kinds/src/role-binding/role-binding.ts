import { nameIsPathSegment } from '@berth/machinery';
import type { RoleBinding } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { bindingColumns } from '../rbac/binding-columns.ts';
import { defaultBinding } from '../rbac/default-binding.ts';
import { rbacGroup } from '../rbac/rbac-group.ts';
import { type BindingRules, validateBinding, validateBindingUpdate } from '../rbac/validate-binding.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';

const rules: BindingRules = { namespaced: true, roleKinds: ['Role', 'ClusterRole'] };

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding */
export const roleBinding: KindDefinition = {
  kind: 'RoleBinding',
  listKind: 'RoleBindingList',
  plural: 'rolebindings',
  singular: 'rolebinding',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: rbacGroup, version: 'v1', message: 'k8s.io.api.rbac.v1.RoleBinding' }],
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
  grants: (object) => ({ type: 'role', roleRef: (object as RoleBinding).roleRef }),
};
