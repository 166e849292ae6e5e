import { encodeTimerKey } from '@berth/controllers';
import type { HintBus, Store } from '@berth/store';
import type { Logger } from 'pino';

/** The timer by which the scheduler tries the pods of a cluster again that found no node. */
const waitingPodsTimer = encodeTimerKey({
  reconciler: 'default-scheduler',
  key: { resource: 'pods', namespace: '', name: '' },
  failures: 0,
});

/** Room gets free often, and trying again costs each waiting cluster a turn. */
const mostOftenMs = 1_000;

/** Tells the clusters whose pods found no node that there may be room now. */
export interface WaitingPods {
  /** Soon, once for all calls within a second. Best effort: the scheduler also tries again by itself, at most a minute later. */
  wake(): void;
  close(): void;
}

export function waitingPods(parts: {
  readonly store: Store;
  readonly hints: Pick<HintBus, 'requestTurn'>;
  readonly now: () => Date;
  readonly log: Logger;
}): WaitingPods {
  let timer: NodeJS.Timeout | undefined;
  let wokenAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  const wakeNow = async (): Promise<void> => {
    timer = undefined;
    wokenAt = performance.now();
    try {
      const clusterIds = await parts.store.hastenTimers(waitingPodsTimer, parts.now());
      for (const clusterId of clusterIds) parts.hints.requestTurn(clusterId);
    } catch (err) {
      if (!isClosed)
        parts.log.debug({ err }, 'clusters with waiting pods could not be woken; they wake by themselves');
    }
  };
  return {
    wake: () => {
      if (isClosed) return;
      timer ??= setTimeout(() => void wakeNow(), Math.max(0, wokenAt + mostOftenMs - performance.now()));
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
