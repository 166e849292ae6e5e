import type { ClusterView } from '../../reconciler.ts';

/** What a changeover is decided from, beside the sets. */
export interface BlueGreenContext {
  readonly view: ClusterView;
  readonly now: Date;
}
