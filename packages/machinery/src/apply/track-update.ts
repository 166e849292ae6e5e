import type { KubeObject } from '../object.ts';
import type { FieldWriter } from './apply-patch.ts';

/** An ordinary write (create, update, or a patch other than apply). */
export interface TrackedUpdate extends FieldWriter {
  /** Absent on create. */
  readonly live: KubeObject | undefined;
  /** The object as it is about to be stored, after defaulting. Not changed. */
  readonly next: KubeObject;
}

/**
 * Keeps `metadata.managedFields` over an ordinary write: the manager comes to own what it changed, others lose it.
 *
 * @returns `next` with its managed fields; `next` itself if they do not change. Never throws: entries that cannot be
 * read are dropped, as Kubernetes does.
 */
export function trackUpdate(_update: TrackedUpdate): KubeObject {
  throw new Error('not implemented');
}
