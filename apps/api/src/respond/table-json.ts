import {
  badRequestError,
  formatFieldError,
  type IncludeObject,
  invalid,
  type KubeObject,
  type ListMeta,
  path,
  renderTable,
} from '@berth/machinery';
import { fromStorage } from '../objects/versions.ts';
import type { ResourceRequest } from '../route/resource-request.ts';

export interface TableRows {
  /** Of the storage version: that is what columns are made of. */
  readonly objects: readonly KubeObject[];
  readonly metadata: ListMeta;
  readonly version: 'v1' | 'v1beta1';
  readonly includeObject: IncludeObject;
  readonly withoutHeaders?: boolean;
}

const includes: readonly IncludeObject[] = ['Metadata', 'Object', 'None'];

/** The query's `includeObject`. @throws StatusError `BadRequest` */
export function includeObjectOf({ c }: Pick<ResourceRequest, 'c'>): IncludeObject {
  const asked = c.req.query('includeObject') ?? '';
  if (asked === '') return 'Metadata';
  const known = includes.find((include) => include === asked);
  if (known !== undefined) return known;
  const error = invalid(path('includeObject'), asked, "must be 'Metadata', 'Object', 'None', or empty");
  throw badRequestError(`Unable to convert to Table as requested: ${formatFieldError(error)}`);
}

/** JSON of objects as the table that `kubectl get` prints. */
export function tableJson({ scope, deps }: Pick<ResourceRequest, 'scope' | 'deps'>, rows: TableRows): string {
  const { objects, metadata, includeObject, version, withoutHeaders = false } = rows;
  const table = renderTable({
    columns: scope.definition.columns,
    objects,
    metadata,
    now: deps.now(),
    includeObject: includeObject === 'Object' ? 'None' : includeObject,
    apiVersion: `meta.k8s.io/${version}`,
    withoutHeaders,
  });
  if (includeObject === 'Object') {
    for (const [index, object] of objects.entries()) {
      const row = table.rows[index];
      if (row !== undefined) row.object = fromStorage(scope, object);
    }
  }
  return JSON.stringify(table);
}
