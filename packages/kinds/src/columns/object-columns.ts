import { humanAge, type TableColumn } from '@berth/machinery';

/** The first column of every table. */
export const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among the objects of its kind in its namespace.',
  priority: 0,
  cell: (object) => object.metadata.name,
};

/** The second and last column of kinds that have none of their own. */
export const createdAtColumn: TableColumn = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was created.',
  priority: 0,
  cell: (object) => object.metadata.creationTimestamp ?? null,
};

/** Time since the object was created. */
export const ageColumn: TableColumn = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  priority: 0,
  cell: (object, now) => humanAge(object.metadata.creationTimestamp, now),
};

/** Members of a column that most have alike. */
export type ColumnText = Pick<TableColumn, 'name' | 'description' | 'cell'>;

/** A column of text that is always shown. */
export function textColumn(column: ColumnText): TableColumn {
  return { ...column, type: 'string', priority: 0 };
}

/** A column of text that `-o wide` adds. */
export function wideColumn(column: ColumnText): TableColumn {
  return { ...column, type: 'string', priority: 1 };
}
