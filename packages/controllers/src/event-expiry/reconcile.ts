import type { Event } from '@berth/kinds';
import { toTime } from '@berth/machinery';
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
    const { expired, firstLeft } = sortOut(events, toTime(new Date(now.getTime() - lifetimeMs)));
    const deletes = expired
      .slice(0, mostDeletesAtOnce)
      .map(
        (event): Action => ({ type: 'delete', key: keyOf('events', event), uid: event.metadata.uid ?? '' }),
      );
    if (deletes.length < expired.length) return [...deletes, { type: 'wakeAt', at: now }];
    return firstLeft === undefined ? deletes : [...deletes, { type: 'wakeAt', at: sweepAfter(firstLeft) }];
  },
};

/**
 * The Events that were last told by then, and when the first of the others was. Times are compared as they are written:
 * all in UTC, to the second at least. There may be as many as pods, and each new one asks.
 */
function sortOut(events: readonly Event[], then: string) {
  const expired: Event[] = [];
  let firstLeft: string | undefined;
  for (const event of events) {
    const told = lastTold(event);
    if (told <= then) expired.push(event);
    else if (firstLeft === undefined || told < firstLeft) firstLeft = told;
  }
  return { expired, firstLeft };
}

/** When what was told then expires, rounded up. */
function sweepAfter(told: string): Date {
  return new Date(Math.ceil((Date.parse(told) + lifetimeMs) / sweepEveryMs) * sweepEveryMs);
}

function lastTold({ metadata, lastTimestamp, series }: Event): string {
  return series?.lastObservedTime ?? lastTimestamp ?? metadata.creationTimestamp ?? '';
}
