import type { KubeObject, TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Node } from '../generated/api-types.ts';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

/** The columns of `kubectl get nodes`. */
export const nodeColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({ name: 'Status', description: 'The status of the node', cell: statusText }),
  textColumn({ name: 'Roles', description: 'The roles of the node', cell: rolesText }),
  ageColumn,
  textColumn({
    name: 'Version',
    description: 'Version of the agent that the node runs.',
    cell: (object) => nodeOf(object).status?.nodeInfo?.kubeletVersion ?? '',
  }),
  addressColumn('Internal-IP', 'InternalIP'),
  addressColumn('External-IP', 'ExternalIP'),
  infoColumn('OS-Image', 'osImage'),
  infoColumn('Kernel-Version', 'kernelVersion'),
  infoColumn('Container-Runtime', 'containerRuntimeVersion'),
];

function statusText(object: KubeObject): string {
  const { spec, status } = nodeOf(object);
  const ready = status?.conditions?.findLast(({ type }) => type === 'Ready');
  const readiness = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec?.unschedulable ? `${readiness},SchedulingDisabled` : readiness;
}

function rolesText({ metadata }: KubeObject): string {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(metadata.labels ?? {})) {
    if (label.startsWith(rolePrefix)) roles.add(label.slice(rolePrefix.length));
    else if (label === roleLabel) roles.add(value);
  }
  roles.delete('');
  return roles.size > 0 ? [...roles].sort().join(',') : '<none>';
}

function addressColumn(name: string, type: string): TableColumn {
  return wideColumn({
    name,
    description: `First address of the type ${type}.`,
    cell: (object) =>
      nodeOf(object).status?.addresses?.find((address) => address.type === type)?.address ?? '<none>',
  });
}

function infoColumn(
  name: string,
  field: 'osImage' | 'kernelVersion' | 'containerRuntimeVersion',
): TableColumn {
  return wideColumn({
    name,
    description: `${field} as the node reports it.`,
    cell: (object) => nodeOf(object).status?.nodeInfo?.[field] || '<unknown>',
  });
}

function nodeOf(object: KubeObject): Node {
  return object;
}
