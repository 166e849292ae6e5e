import { systemClusterId } from '@berth/auth';
import { isNodeNews, nodeChangeWake, type ObservedChange } from '@berth/controllers';
import type { HintBus, Store } from '@berth/store';

/** Tells the controllers of all clusters when a node of the fleet comes, goes, or takes other pods than before. */
export interface NodeWatchers {
  /**
   * Told of the changes that a turn is about to handle. Clusters in which nobody asked to hear of nodes are left alone.
   * Called again for a turn that fails: nobody is forgotten, some hear twice.
   */
  follow(clusterId: string, changes: readonly ObservedChange[]): Promise<void>;
}

export function nodeWatchers(parts: {
  readonly store: Pick<Store, 'wakeTimers'>;
  readonly hints: Pick<HintBus, 'requestTurn'>;
  readonly now: () => Date;
}): NodeWatchers {
  return {
    follow: async (clusterId, changes) => {
      if (clusterId !== systemClusterId || !changes.some(isNodeNews)) return;
      const woken = await parts.store.wakeTimers(nodeChangeWake, parts.now());
      for (const id of woken) if (id !== clusterId) parts.hints.requestTurn(id);
    },
  };
}
