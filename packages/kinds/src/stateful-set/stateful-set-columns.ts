import type { KubeObject, TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import { templateColumns } from '../job/job-columns.ts';
import { statefulSetOf } from './stateful-set-of.ts';

export const statefulSetColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({
    name: 'Ready',
    description: 'How many pods are ready, of how many that are wanted.',
    cell: (object) => {
      const { spec, status } = statefulSetOf(object);
      return `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`;
    },
  }),
  ageColumn,
  ...templateColumns((object: KubeObject) => {
    const { spec } = statefulSetOf(object);
    return { containers: spec?.template.spec?.containers ?? [], selector: spec?.selector };
    // Upstream shows no selector for this kind.
  }).filter(({ name }) => name !== 'Selector'),
];
