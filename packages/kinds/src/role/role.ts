import { type FieldError, type KubeObject, nameIsPathSegment } from '@berth/machinery';
import type { Role } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { rbacGroup } from '../rbac/rbac-group.ts';
import { roleColumns } from '../rbac/role-columns.ts';
import { validateRules } from '../rbac/validate-rules.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole */
export const role: KindDefinition = {
  kind: 'Role',
  listKind: 'RoleList',
  plural: 'roles',
  singular: 'role',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: rbacGroup, version: 'v1', message: 'k8s.io.api.rbac.v1.Role' }],
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
  grants: (object) => ({ type: 'rules', rules: (object as Role).rules ?? [], aggregates: false }),
};

function validate(object: KubeObject): readonly FieldError[] {
  return validateRules((object as Role).rules, { namespaced: true });
}
