import type { SchemaTable } from '../schema-table.ts';
import type { OpenApiResource } from './served-resource.ts';

/** The OpenAPI v3 document of one group version, e.g. `apps/v1`, as served under `/openapi/v3/apis/apps/v1`. */
export function openApiV3Document(
  _groupVersion: string,
  _options: { readonly schema: SchemaTable; readonly resources: readonly OpenApiResource[] },
): object {
  throw new Error('not implemented');
}

/**
 * The document of `/openapi/v3`: where each group version's document is, with a hash that clients may cache by.
 *
 * @param hashes content hash by group version path, e.g. `api/v1` or `apis/apps/v1`.
 */
export function openApiV3Index(_hashes: ReadonlyMap<string, string>): object {
  throw new Error('not implemented');
}
