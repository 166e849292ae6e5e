import type { KubeObject } from '@berth/machinery';
import type { RoleBinding, Subject } from '../generated/api-types.ts';
import { rbacGroup } from './rbac-group.ts';

/** Roles, users and groups are of the RBAC group unless they say otherwise; ServiceAccounts of the core group. */
export function defaultBinding(object: KubeObject): KubeObject {
  const { roleRef, subjects, ...rest } = object as RoleBinding;
  return {
    ...rest,
    ...(subjects && { subjects: subjects.map(defaultSubject) }),
    // A body without roleRef is refused by validation.
    ...(roleRef && { roleRef: roleRef.apiGroup ? roleRef : { ...roleRef, apiGroup: rbacGroup } }),
  };
}

function defaultSubject(subject: Subject): Subject {
  const isOfRbac = subject.kind === 'User' || subject.kind === 'Group';
  return subject.apiGroup || !isOfRbac ? subject : { ...subject, apiGroup: rbacGroup };
}
