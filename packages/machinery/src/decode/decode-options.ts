import type { KubeObject } from '../object.ts';
import type { SchemaTable } from '../schema-table.ts';

/** The `fieldValidation` of a request. Kubernetes' default is `Warn`; kubectl asks for `Strict`. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** What a body must be. */
export interface DecodeTarget {
  readonly schema: SchemaTable;
  /** Full name of the message in the schema table, e.g. `k8s.io.api.batch.v1.Job`. */
  readonly message: string;
  /**
   * The version that the URL names, e.g. `batch/v1`. A body without one gets it; another one is refused. Left out for
   * options (`DeleteOptions`), which clients send under any version.
   */
  readonly apiVersion?: string;
  /** e.g. `Job`. A body without one gets it; another one is refused. */
  readonly kind: string;
}

export interface DecodeOptions extends DecodeTarget {
  readonly fieldValidation: FieldValidation;
}

/** A body as Go would re-encode it, and the texts for `Warning` headers. */
export interface DecodedBody<T extends object = KubeObject> {
  readonly object: T;
  readonly warnings: readonly string[];
}
