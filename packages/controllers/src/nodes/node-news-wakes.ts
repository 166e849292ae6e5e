import { nodeLifecycleController } from '../node-lifecycle/reconcile.ts';
import { podGarbageCollector } from '../pod-garbage/reconcile.ts';
import { taintEvictionController } from '../taint-eviction/reconcile.ts';
import { encodeTimerKey } from '../turn/timer-key.ts';
import { nodeKey } from './nodes-of-pods.ts';

const interested = [nodeLifecycleController, taintEvictionController, podGarbageCollector];

/**
 * The timers by which a cluster hears of news of a node of the fleet that it has pods on. They are as those of retries:
 * apart from the ones that the reconcilers move.
 */
export function nodeNewsTimers(nodeName: string): readonly string[] {
  return interested.map(({ name }) =>
    encodeTimerKey({ reconciler: name, key: nodeKey(nodeName), failures: 1 }),
  );
}
