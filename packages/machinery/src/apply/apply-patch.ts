import type { KubeObject } from '../object.ts';
import type { SchemaTable } from '../schema-table.ts';
import type { StatusCause } from '../status.ts';

/** Who writes, how, and when: what an entry of `metadata.managedFields` records. */
export interface FieldWriter {
  readonly schema: SchemaTable;
  /** Message of the request's version. `live` and `applied` are in that version. */
  readonly message: string;
  readonly apiVersion: string;
  /** `fieldManager`, or what Kubernetes derives from the user agent. */
  readonly manager: string;
  /** '' for the main resource. */
  readonly subresource: string;
  readonly now: Date;
}

/** A server-side apply request. */
export interface ApplyRequest extends FieldWriter {
  /** Absent when apply creates the object. */
  readonly live: KubeObject | undefined;
  /**
   * The decoded configuration, as sent: only what the manager wants to own. Decode it with `decodeAppliedConfiguration`,
   * not `decodeYamlBody`, which writes empty fields.
   */
  readonly applied: KubeObject;
  readonly force: boolean;
}

/** `conflicts` is for a `Conflict` (409) Status, to the letter. */
export type ApplyResult =
  | { readonly outcome: 'applied'; readonly object: KubeObject }
  | { readonly outcome: 'conflict'; readonly message: string; readonly causes: readonly StatusCause[] };

/**
 * Server-side apply: merges what the manager applies into the live object, removes what it no longer applies and nobody
 * else owns, and keeps `metadata.managedFields`.
 *
 * @throws StatusError `BadRequest` if the configuration carries `metadata.managedFields`; `Invalid` for a list map item
 * without keys or with duplicate ones.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function applyPatch(_request: ApplyRequest): ApplyResult {
  throw new Error('not implemented');
}
