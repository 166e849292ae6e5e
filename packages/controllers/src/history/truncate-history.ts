import type { ControllerRevision } from '@berth/kinds';
import { keyOf } from '../turn/base-view.ts';
import type { Action } from '../reconciler.ts';
import { revisionsResource } from './settle-history.ts';

/**
 * Deletes the oldest revisions beyond the limit. Those that pods are still of are kept, and where `countsLive` is set
 * take up room in it.
 *
 * @param old oldest first
 */
export function truncateHistory(
  old: readonly ControllerRevision[],
  options: {
    /** Negative: keep all. */
    readonly limit: number;
    readonly isLive: (revision: ControllerRevision) => boolean;
    readonly countsLive: boolean;
  },
): readonly Action[] {
  const { limit, isLive, countsLive } = options;
  if (limit < 0) return [];
  const dead = old.filter((revision) => !isLive(revision));
  const surplus = (countsLive ? old : dead).length - limit;
  return dead.slice(0, Math.max(0, surplus)).map(deleteRevision);
}

export function deleteRevision(revision: ControllerRevision): Action {
  return {
    type: 'delete',
    key: keyOf(revisionsResource, revision),
    uid: revision.metadata.uid ?? '',
  };
}
