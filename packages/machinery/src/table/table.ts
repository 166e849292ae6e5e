import type { KubeObject, ObjectMeta } from '../object.ts';

/** One column of the server-printed table, as `kubectl get` shows it. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'number' | 'boolean';
  readonly format?: 'name';
  readonly description: string;
  /** 0 is always shown; 1 with `-o wide`. */
  readonly priority: 0 | 1;
  /** Upstream's text for the cell. `now` is for ages (`kubectl` shows `5m12s`). */
  readonly cell: (object: KubeObject, now: Date) => string | number | boolean | null;
}

/** The column as it stands in a Table. All members are always written. */
export interface TableColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

export interface TableRow {
  cells: Array<string | number | boolean | null>;
  object: KubeObject | PartialObjectMetadata | null;
}

/** `metav1.ListMeta`, as lists, tables and partial lists carry it. */
export interface ListMeta {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export interface Table {
  kind: 'Table';
  apiVersion: TableVersion;
  metadata: ListMeta;
  columnDefinitions: TableColumnDefinition[];
  rows: TableRow[];
}

/** An object's metadata alone. */
export interface PartialObjectMetadata {
  kind: 'PartialObjectMetadata';
  apiVersion: TableVersion;
  metadata: ObjectMeta;
}

/** How much of the object a row carries. Upstream's default is `Metadata`. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** Tables and partial objects are the same in both versions. */
export type TableVersion = 'meta.k8s.io/v1' | 'meta.k8s.io/v1beta1';

export interface TableRequest {
  readonly columns: readonly TableColumn[];
  /** Rows, in order; at the version that was asked for. */
  readonly objects: readonly KubeObject[];
  readonly metadata: ListMeta;
  readonly now: Date;
  /** Default `Metadata`. */
  readonly includeObject?: IncludeObject;
  /** Default `meta.k8s.io/v1`. */
  readonly apiVersion?: TableVersion;
  /** Later events of one watch leave the column definitions out. */
  readonly withoutHeaders?: boolean;
}

/** Objects as a table. */
export function renderTable(request: TableRequest): Table {
  const { columns, objects, now, includeObject = 'Metadata', apiVersion = 'meta.k8s.io/v1' } = request;
  return {
    kind: 'Table',
    apiVersion,
    metadata: request.metadata,
    columnDefinitions: request.withoutHeaders ? [] : columns.map(columnDefinition),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      object: rowObject(object, includeObject, apiVersion),
    })),
  };
}

/** An object's metadata alone, for `PartialObjectMetadata` answers. */
export function partialObjectMetadata(
  object: KubeObject,
  apiVersion: TableVersion = 'meta.k8s.io/v1',
): PartialObjectMetadata {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata };
}

function columnDefinition(column: TableColumn): TableColumnDefinition {
  const { name, type, description, priority } = column;
  return { name, type, format: column.format ?? '', description, priority };
}

function rowObject(
  object: KubeObject,
  include: IncludeObject,
  apiVersion: TableVersion,
): KubeObject | PartialObjectMetadata | null {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialObjectMetadata(object, apiVersion);
}
