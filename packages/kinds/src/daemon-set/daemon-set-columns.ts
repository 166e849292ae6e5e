import type { KubeObject, TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { DaemonSetStatus } from '../generated/api-types.ts';
import { templateColumns } from '../job/job-columns.ts';
import { daemonSetOf } from './daemon-set-of.ts';

export const daemonSetColumns: readonly TableColumn[] = [
  nameColumn,
  countColumn('Desired', 'desiredNumberScheduled', 'Nodes that should run the pod.'),
  countColumn('Current', 'currentNumberScheduled', 'Nodes that run at least one pod and should.'),
  countColumn('Ready', 'numberReady', 'Nodes whose pod is ready.'),
  countColumn('Up-to-date', 'updatedNumberScheduled', 'Nodes whose pod is of the latest revision.'),
  countColumn('Available', 'numberAvailable', 'Nodes whose pod has been ready for long enough.'),
  textColumn({
    name: 'Node Selector',
    description: 'Labels of the nodes that the pod may run on.',
    cell: nodeSelectorText,
  }),
  ageColumn,
  ...templateColumns((object) => {
    const { spec } = daemonSetOf(object);
    return { containers: spec?.template.spec?.containers ?? [], selector: spec?.selector };
  }),
];

function countColumn(name: string, field: CountField, description: string): TableColumn {
  const cell = (object: KubeObject): number => daemonSetOf(object).status?.[field] ?? 0;
  return { name, type: 'integer', priority: 0, description, cell };
}

type CountField = Exclude<keyof DaemonSetStatus, 'conditions'>;

function nodeSelectorText(object: KubeObject): string {
  const labels = Object.entries(daemonSetOf(object).spec?.template.spec?.nodeSelector ?? {});
  const pairs = labels.map(([key, value]) => `${key}=${value}`).sort();
  return pairs.join(',') || '<none>';
}
