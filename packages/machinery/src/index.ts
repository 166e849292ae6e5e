export { BerthError } from './errors/berth-error.ts';
export type { FieldsV1, Json, KubeObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from './object.ts';
export type { SchemaField, SchemaMessage, SchemaTable } from './schema-table.ts';
export type { Status, StatusCause, StatusDetails } from './status.ts';
export { decodeStoredBody, encodeStoredBody, renderStoredBody, type StoredBody, type TypeMeta } from './stored-body.ts';
