import { setTimeout as delay } from 'node:timers/promises';
import { Smoothed } from '@berth/fairness';
import type { AssignedVersion, HintBus, Store } from '@berth/store';

/** Hints of a burst are one look. */
const settleMs = 10;
/** A look costs what its cluster has pods. One that takes longer than that as a rule is followed by a rest of so many times as long, up to the most. */
const shortLookMs = 5;
const restPerLook = 20;
const longestRestMs = 500;

/** Told what a node has of a cluster that has changed in some way; undefined for nothing. */
type Listener = (clusterId: string, version: AssignedVersion | undefined) => void;

/** Tells the feeds of a process of the clusters in which something of theirs may have changed. */
export interface AssignmentLooks {
  /** @returns the function that ends the subscription. */
  subscribe(node: string, listener: Listener): () => void;
}

/**
 * One look at a cluster that was hinted at serves the feeds of all nodes. Clusters do not wait for each other, and each rests in
 * proportion to what its own looks cost: one with many pods that change all the time neither delays another one's nor takes
 * the database from it. Holds nothing of clusters that no hint comes for.
 */
export function createAssignmentLooks({
  store,
  hints,
  resource,
}: {
  readonly store: Pick<Store, 'assignedVersions'>;
  readonly hints: Pick<HintBus, 'subscribe'>;
  readonly resource: string;
}): AssignmentLooks {
  const listeners = new Set<{ readonly node: string; readonly listener: Listener }>();
  const underWay = new Map<string, { isHinted: boolean }>();
  let unsubscribe = (): void => {};

  const look = async (clusterId: string): Promise<void> => {
    const nodes = [...new Set(Array.from(listeners, ({ node }) => node))];
    try {
      const versions = await store.assignedVersions({ clusterId, resource, nodes });
      for (const { node, listener } of listeners) listener(clusterId, versions.get(node));
    } catch {
      // Feeds look by themselves, too, and that look says what is wrong.
    }
  };
  const lookWhileHinted = async (clusterId: string): Promise<void> => {
    const state = { isHinted: true };
    const took = new Smoothed();
    underWay.set(clusterId, state);
    await delay(settleMs, undefined, { ref: false });
    while (state.isHinted) {
      state.isHinted = false;
      const lookedAtMs = performance.now();
      await look(clusterId);
      const tookMs = took.add(performance.now() - lookedAtMs);
      const restMs = tookMs > shortLookMs ? Math.min(longestRestMs, tookMs * restPerLook) : settleMs;
      await delay(restMs, undefined, { ref: false });
    }
    underWay.delete(clusterId);
  };

  return {
    subscribe(node, listener) {
      const entry = { node, listener };
      if (listeners.size === 0) {
        unsubscribe = hints.subscribe(({ clusterId }) => {
          const state = underWay.get(clusterId);
          if (state === undefined) void lookWhileHinted(clusterId);
          else state.isHinted = true;
        });
      }
      listeners.add(entry);
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) unsubscribe();
      };
    },
  };
}
