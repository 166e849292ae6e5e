import { humanAge, type KubeObject, type TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Pod } from '../generated/api-types.ts';
import { summarizePod } from './pod-status-text.ts';

export const podColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({
    name: 'Ready',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    cell: (object) => summarizePod(object).ready,
  }),
  textColumn({
    name: 'Status',
    description: 'The aggregate status of the containers in this pod.',
    cell: (object) => summarizePod(object).status,
  }),
  textColumn({
    name: 'Restarts',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    cell: restartsText,
  }),
  ageColumn,
  wideColumn({
    name: 'IP',
    description: 'The address of the pod, empty if it has none yet.',
    cell: (object) => podOf(object).status?.podIPs?.[0]?.ip || '<none>',
  }),
  wideColumn({
    name: 'Node',
    description: 'The node that the pod is bound to, empty if it waits for one.',
    cell: (object) => podOf(object).spec?.nodeName || '<none>',
  }),
  wideColumn({
    name: 'Nominated Node',
    description: 'The node on which room is being made for the pod.',
    cell: (object) => podOf(object).status?.nominatedNodeName || '<none>',
  }),
  wideColumn({
    name: 'Readiness Gates',
    description: 'How many of the conditions that the pod adds to its readiness are met.',
    cell: readinessGatesText,
  }),
];

function restartsText(object: KubeObject, now: Date): string {
  const { restarts, lastRestartAt } = summarizePod(object);
  if (restarts === 0 || !lastRestartAt) return `${restarts}`;
  return `${restarts} (${humanAge(lastRestartAt, now)} ago)`;
}

function readinessGatesText(object: KubeObject): string {
  const { spec, status } = podOf(object);
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const met = gates.filter(
    ({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True',
  );
  return `${met.length}/${gates.length}`;
}

function podOf(object: KubeObject): Pod {
  return object;
}
