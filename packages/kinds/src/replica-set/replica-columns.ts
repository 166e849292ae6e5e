import type { KubeObject, TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn } from '../columns/object-columns.ts';
import type { LabelSelector, PodTemplateSpec } from '../generated/api-types.ts';
import { templateColumns } from '../job/job-columns.ts';

/** What the columns of kinds show that keep a number of pods. */
interface Replicas extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly template?: PodTemplateSpec };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}

/** Columns of kinds that keep a number of pods. */
export function replicaColumns(
  selectorOf: (object: KubeObject) => LabelSelector | undefined,
): readonly TableColumn[] {
  return [
    nameColumn,
    countColumn('Desired', 'How many pods are wanted.', ({ spec }) => spec?.replicas),
    countColumn('Current', 'How many pods there are.', ({ status }) => status?.replicas),
    countColumn('Ready', 'How many pods are ready.', ({ status }) => status?.readyReplicas),
    ageColumn,
    ...templateColumns((object) => {
      const { spec } = object as Replicas;
      return { containers: spec?.template?.spec?.containers ?? [], selector: selectorOf(object) };
    }),
  ];
}

function countColumn(
  name: string,
  description: string,
  count: (object: Replicas) => number | undefined,
): TableColumn {
  return {
    name,
    type: 'integer',
    description,
    priority: 0,
    cell: (object) => count(object) ?? 0,
  };
}
