import type { SchemaTable } from '../schema-table.ts';

/** Who writes, how, and when: what an entry of `metadata.managedFields` records. */
export interface FieldWriter {
  readonly schema: SchemaTable;
  /** Message of the request's version. The objects are in that version. */
  readonly message: string;
  readonly apiVersion: string;
  /** `fieldManager`, or what Kubernetes derives from the user agent. */
  readonly manager: string;
  /** '' for the main resource. */
  readonly subresource: string;
  readonly now: Date;
}
