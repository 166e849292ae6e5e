import {
  type FieldError,
  type KubeObject,
  nameIsPathSegment,
  path,
  required,
  validateLabelSelector,
} from '@berth/machinery';
import { defaultPolicy, systemDefaultPolicy } from '../default-policy/default-policy.ts';
import type { ClusterRole } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { rbacGroup } from '../rbac/rbac-group.ts';
import { roleColumns } from '../rbac/role-columns.ts';
import { validateRules } from '../rbac/validate-rules.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole */
export const clusterRole: KindDefinition = {
  kind: 'ClusterRole',
  listKind: 'ClusterRoleList',
  plural: 'clusterroles',
  singular: 'clusterrole',
  shortNames: [],
  categories: [],
  scope: 'Cluster',
  versions: [{ group: rbacGroup, version: 'v1', message: 'k8s.io.api.rbac.v1.ClusterRole' }],
  verbs: objectVerbs,
  subresources: [],
  columns: roleColumns,
  nameRule: nameIsPathSegment,
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validate,
    validateUpdate: validate,
  },
  selectableFields: {},
  hasGeneration: false,
  bootstrapObjects: defaultPolicy,
  systemBootstrapObjects: systemDefaultPolicy,
  grants: (object) => ({
    type: 'rules',
    rules: (object as ClusterRole).rules ?? [],
    aggregates: (object as ClusterRole).aggregationRule !== undefined,
  }),
};

function validate(object: KubeObject): readonly FieldError[] {
  const { aggregationRule, rules } = object as ClusterRole;
  const errors = validateRules(rules, { namespaced: false });
  if (!aggregationRule) return errors;
  const at = path('aggregationRule', 'clusterRoleSelectors');
  const { clusterRoleSelectors = [] } = aggregationRule;
  if (clusterRoleSelectors.length === 0) {
    errors.push(required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  return [
    ...errors,
    ...clusterRoleSelectors.flatMap((selector, index) => validateLabelSelector(selector, at.index(index))),
  ];
}
