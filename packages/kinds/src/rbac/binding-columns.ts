import type { KubeObject, TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { RoleBinding, Subject } from '../generated/api-types.ts';

/** Columns of RoleBindings and ClusterRoleBindings. */
export const bindingColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({ name: 'Role', description: 'The role that is granted.', cell: roleOf }),
  ageColumn,
  wideColumn({ name: 'Users', description: 'Users it is granted to.', cell: namesOf('User') }),
  wideColumn({ name: 'Groups', description: 'Groups it is granted to.', cell: namesOf('Group') }),
  wideColumn({
    name: 'ServiceAccounts',
    description: 'ServiceAccounts it is granted to.',
    cell: namesOf('ServiceAccount'),
  }),
];

function roleOf(object: KubeObject): string {
  const { kind, name } = (object as RoleBinding).roleRef;
  return `${kind}/${name}`;
}

function namesOf(kind: string): (object: KubeObject) => string {
  return (object) =>
    ((object as RoleBinding).subjects ?? [])
      .filter((subject) => subject.kind === kind)
      .map(nameOf)
      .join(', ');
}

function nameOf({ kind, namespace, name }: Subject): string {
  return kind === 'ServiceAccount' && namespace ? `${namespace}/${name}` : name;
}
