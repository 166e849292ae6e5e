import { systemClusterId } from '@berth/auth';
import {
  isNewsToPods,
  isNodeNews,
  nodeChangeWake,
  nodeNewsTimers,
  type ObservedChange,
} from '@berth/controllers';
import type { HintBus, Store } from '@berth/store';

/**
 * Tells the controllers of all clusters when a node of the fleet comes, goes, or takes other pods than before; and those of the clusters
 * that have pods there when it drives them out or falls silent.
 */
export interface NodeWatchers {
  /**
   * Told of the changes that a turn is about to handle. Clusters in which nobody asked to hear of nodes, and that have no pods
   * on them, are left alone. Called again for a turn that fails: nobody is forgotten, some hear twice.
   */
  follow(clusterId: string, changes: readonly ObservedChange[]): Promise<void>;
  /** Lets the clusters that have pods on these nodes look at them. */
  wakePodsOf(nodes: readonly string[]): Promise<void>;
}

export function nodeWatchers(parts: {
  readonly store: Pick<Store, 'wakeAssigned' | 'wakeTimers'>;
  readonly hints: Pick<HintBus, 'requestTurn'>;
  readonly now: () => Date;
}): NodeWatchers {
  const { store, hints, now } = parts;
  const request = (woken: readonly string[]): void => {
    for (const id of woken) if (id !== systemClusterId) hints.requestTurn(id);
  };
  const wakePodsOf = async (nodes: readonly string[]): Promise<void> => {
    const wakes = nodes.flatMap((node) => nodeNewsTimers(node).map((timerKey) => ({ node, timerKey })));
    if (wakes.length > 0) request(await store.wakeAssigned(wakes, now()));
  };
  return {
    follow: async (clusterId, changes) => {
      if (clusterId !== systemClusterId) return;
      if (changes.some(isNodeNews)) request(await store.wakeTimers(nodeChangeWake, now()));
      const names = changes
        .filter(isNewsToPods)
        .map(({ before, after }) => (after ?? before)?.metadata.name ?? '');
      await wakePodsOf([...new Set(names)]);
    },
    wakePodsOf,
  };
}
