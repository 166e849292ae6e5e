import type { HintBus, RevisionHint } from '@berth/store';

/** Hints between the stores of one process, as Redis carries them between processes. */
export interface TestHintBus extends HintBus {
  /** Clusters for which a turn was requested, in order. */
  readonly requestedTurns: string[];
  readonly published: RevisionHint[];
}

export function createHintBus(): TestHintBus {
  const listeners = new Set<(hint: RevisionHint) => void>();
  const requestedTurns: string[] = [];
  const published: RevisionHint[] = [];
  return {
    requestedTurns,
    published,
    publish(hint) {
      published.push(hint);
      queueMicrotask(() => {
        for (const listener of listeners) listener(hint);
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    requestTurn: (clusterId) => void requestedTurns.push(clusterId),
  };
}

/** A Redis that is away: nothing arrives. */
export const deafHintBus: HintBus = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  requestTurn: () => undefined,
};
