import type { DaemonSet, Node } from '@berth/kinds';
import { isPlacedAlike } from '@berth/scheduler';
import type { ClusterView, ObservedChange } from '../reconciler.ts';
import { timerKeyPrefix } from '../turn/timer-key.ts';
import { daemonSetControllerName } from './daemon-set-facts.ts';

/** When nothing else is to wake a DaemonSet. */
const never = new Date('9999-12-31T00:00:00Z');

/** The turn that first sees a DaemonSet has ended by then. */
const settledAfterMs = 10_000;

/**
 * DaemonSets of clusters that use the fleet's nodes keep a timer that is never due: by it those are found, among all
 * clusters, to which a change of a node matters. A new one looks once more, at nodes that changed before it had a timer.
 * A cluster's own nodes are in its own log.
 */
export function nodeChangesTimer(
  { metadata }: DaemonSet,
  { registry, now }: Pick<ClusterView, 'registry'> & { readonly now: Date },
): Date | undefined {
  if (registry.byResource('nodes')?.home !== 'fleet') return undefined;
  const settledAt = (Date.parse(metadata.creationTimestamp ?? '') || 0) + settledAfterMs;
  return settledAt > now.getTime() ? new Date(settledAt) : never;
}

/**
 * How timers wake whoever wants to hear of changes of the fleet's nodes: for each timer whose key begins with `keyPrefix`
 * one that is due, whose key begins with `wakePrefix` and ends the same.
 */
export const nodeChangeWake: { readonly keyPrefix: string; readonly wakePrefix: string } = {
  keyPrefix: timerKeyPrefix(daemonSetControllerName, 0),
  // As a retry: apart from the timer that the reconciler moves.
  wakePrefix: timerKeyPrefix(daemonSetControllerName, 1),
};

/** Whether a node came, went, or takes other pods than before: agents report their nodes' health all the time. */
export function isNodeNews(change: ObservedChange): boolean {
  if (change.resource !== 'nodes') return false;
  const [before, after]: [Node | undefined, Node | undefined] = [change.before, change.after];
  return !before || !after || !isPlacedAlike(before, after);
}
