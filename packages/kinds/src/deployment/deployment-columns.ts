import type { TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import { templateColumns } from '../job/job-columns.ts';
import { deploymentOf } from './deployment-of.ts';

export const deploymentColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({
    name: 'Ready',
    description: 'How many pods are ready, of how many that are wanted.',
    cell: (object) => {
      const { spec, status } = deploymentOf(object);
      return `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`;
    },
  }),
  countColumn('Up-to-date', 'How many pods are of the newest template.', 'updatedReplicas'),
  countColumn('Available', 'How many pods have been ready for long enough.', 'availableReplicas'),
  ageColumn,
  ...templateColumns((object) => {
    const { spec } = deploymentOf(object);
    return { containers: spec?.template.spec?.containers ?? [], selector: spec?.selector };
  }),
];

function countColumn(
  name: string,
  description: string,
  field: 'updatedReplicas' | 'availableReplicas',
): TableColumn {
  return {
    name,
    type: 'string',
    description,
    priority: 0,
    cell: (object) => deploymentOf(object).status?.[field] ?? 0,
  };
}
