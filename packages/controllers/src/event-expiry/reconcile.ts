import type { Event } from '@berth/kinds';
import type { Action, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** As kube-apiserver's `--event-ttl`. */
const lifetimeMs = 60 * 60_000;
/** Events that expire within so long of each other go together, so that a busy cluster is not woken for each. */
const sweepEveryMs = 10 * 60_000;
/** One reconcile deletes no more Events than that; the next one, in the same turn, goes on. */
const mostDeletesAtOnce = 500;

/** Stands for all Events of the cluster. */
const allEvents: ReconcileKey = { resource: 'events', namespace: '', name: '' };

/** Deletes Events an hour after they were last told. Upstream leaves that to etcd's leases. */
export const eventExpiry: Reconciler = {
  name: 'event-expiry',
  keysOf: ({ resource, before, after }) =>
    resource === allEvents.resource && !before && after ? [allEvents] : [],
  reconcile: (_key, view, { now }): readonly Action[] => {
    const events = view.list<Event>(allEvents.resource);
    const expired = events.filter((event) => expiryOf(event) <= now.getTime());
    const deletes = expired
      .slice(0, mostDeletesAtOnce)
      .map(
        (event): Action => ({ type: 'delete', key: keyOf('events', event), uid: event.metadata.uid ?? '' }),
      );
    if (deletes.length < expired.length) return [...deletes, { type: 'wakeAt', at: now }];
    const next = nextSweep(events, now);
    return next === undefined ? deletes : [...deletes, { type: 'wakeAt', at: new Date(next) }];
  },
};

/** When the first Event that is left expires, rounded up. */
function nextSweep(events: readonly Event[], now: Date): number | undefined {
  let first: number | undefined;
  for (const event of events) {
    const expiry = expiryOf(event);
    if (expiry > now.getTime() && (first === undefined || expiry < first)) first = expiry;
  }
  return first === undefined ? undefined : Math.ceil(first / sweepEveryMs) * sweepEveryMs;
}

function expiryOf({ metadata, lastTimestamp, series }: Event): number {
  const told = series?.lastObservedTime ?? lastTimestamp ?? metadata.creationTimestamp ?? '';
  return (Date.parse(told) || 0) + lifetimeMs;
}
