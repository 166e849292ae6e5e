/**
 * One reconcile creates, deletes, adopts or releases no more pods than that, so that a turn can end between two of them;
 * the next reconcile, in the same turn as long as its budget lasts, goes on. A turn may ask for less: see `podsAtOnce`
 * of the reconcile's context.
 */
export const mostPodsAtOnce = 500;
