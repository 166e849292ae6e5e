import type { TableColumn } from '@berth/machinery';
import { nameColumn } from '../columns/object-columns.ts';

/** As upstream's table for kinds without columns of their own. */
export const roleColumns: readonly TableColumn[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    description: 'When the object was created.',
    priority: 0,
    cell: ({ metadata }) => metadata.creationTimestamp ?? null,
  },
];
