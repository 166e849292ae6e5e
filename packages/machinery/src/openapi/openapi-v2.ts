import type { SchemaTable } from '../schema-table.ts';
import type { OpenApiResource } from './served-resource.ts';

/** The OpenAPI v2 document of `/openapi/v2`, over all served group versions. */
export function openApiV2Document(_options: {
  readonly schema: SchemaTable;
  readonly resources: readonly OpenApiResource[];
}): object {
  throw new Error('not implemented');
}

/** The same as gnostic's protobuf, `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`. */
export function encodeOpenApiV2Protobuf(_document: object): Uint8Array {
  throw new Error('not implemented');
}
