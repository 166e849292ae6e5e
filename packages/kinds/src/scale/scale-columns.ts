import type { TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn } from '../columns/object-columns.ts';
import type { Scale } from './scale-of.ts';

/** What `kubectl get --subresource=scale` shows. */
export const scaleColumns: readonly TableColumn[] = [
  nameColumn,
  {
    name: 'Desired',
    type: 'integer',
    description: 'How many replicas are wanted.',
    priority: 0,
    cell: (object) => (object as Scale).spec?.replicas ?? 0,
  },
  {
    name: 'Available',
    type: 'integer',
    description: 'How many replicas there are.',
    priority: 0,
    cell: (object) => (object as Scale).status?.replicas ?? 0,
  },
  ageColumn,
];
