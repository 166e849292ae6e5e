import {
  checkDns1123Subdomain,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  nameIsPathSegment,
  notSupported,
  path,
  required,
  semanticEqual,
} from '@berth/machinery';
import type { RoleBinding, RoleRef, Subject } from '../generated/api-types.ts';
import { rbacGroup } from './rbac-group.ts';

/** What a binding may refer to. */
export interface BindingRules {
  readonly namespaced: boolean;
  /** Kinds of roles that it may grant. */
  readonly roleKinds: readonly string[];
}

/** What is wrong with a binding after defaults. */
export function validateBinding(object: KubeObject, rules: BindingRules): FieldError[] {
  const { subjects } = object as RoleBinding;
  return [
    ...validateRoleRef(roleRefOf(object), rules),
    ...(subjects ?? []).flatMap((subject, index) =>
      validateSubject(subject, path('subjects').index(index), rules),
    ),
  ];
}

/** A binding stays with its role: what it grants must not change under those who were trusted to change its subjects. */
export function validateBindingUpdate(
  next: KubeObject,
  current: KubeObject,
  rules: BindingRules,
): FieldError[] {
  const errors = validateBinding(next, rules);
  const roleRef = roleRefOf(next);
  if (!semanticEqual(roleRef, roleRefOf(current))) {
    const shown = { APIGroup: roleRef.apiGroup ?? '', Kind: roleRef.kind, Name: roleRef.name };
    errors.push(invalid(path('roleRef'), shown, 'cannot change roleRef'));
  }
  return errors;
}

function validateRoleRef({ apiGroup = '', kind, name }: RoleRef, { roleKinds }: BindingRules): FieldError[] {
  const at = path('roleRef');
  const errors: FieldError[] = [];
  if (apiGroup !== rbacGroup) errors.push(notSupported(at.child('apiGroup'), apiGroup, [rbacGroup]));
  if (!roleKinds.includes(kind)) errors.push(notSupported(at.child('kind'), kind, roleKinds));
  if (name === '') errors.push(required(at.child('name')));
  else errors.push(...nameIsPathSegment(name).map((problem) => invalid(at.child('name'), name, problem)));
  return errors;
}

function validateSubject(subject: Subject, at: FieldPath, rules: BindingRules): FieldError[] {
  const { kind, name } = subject;
  const errors = name === '' ? [required(at.child('name'))] : [];
  if (kind === 'ServiceAccount') return [...errors, ...validateAccount(subject, at, rules)];
  if (kind !== 'User' && kind !== 'Group') {
    return [...errors, notSupported(at.child('kind'), kind, ['ServiceAccount', 'User', 'Group'])];
  }
  if (name === '') {
    errors.push(invalid(at.child('name'), name, `${kind.toLowerCase()} name cannot be empty`));
  }
  const { apiGroup = '' } = subject;
  if (apiGroup !== rbacGroup) errors.push(notSupported(at.child('apiGroup'), apiGroup, [rbacGroup]));
  return errors;
}

function validateAccount(
  { name, apiGroup, namespace }: Subject,
  at: FieldPath,
  { namespaced }: BindingRules,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name !== '') {
    errors.push(...checkDns1123Subdomain(name).map((problem) => invalid(at.child('name'), name, problem)));
  }
  if (apiGroup) errors.push(notSupported(at.child('apiGroup'), apiGroup, ['']));
  if (!namespaced && !namespace) errors.push(required(at.child('namespace')));
  return errors;
}

function roleRefOf(object: KubeObject): RoleRef {
  const { roleRef }: Partial<RoleBinding> = object as RoleBinding;
  return { apiGroup: roleRef?.apiGroup ?? '', kind: roleRef?.kind ?? '', name: roleRef?.name ?? '' };
}
