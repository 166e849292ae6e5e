import { systemClusterId } from '@berth/auth';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeFinalize, clusterFinalizer, type KindRegistry, withoutFinalizer } from '@berth/kinds';
import type { ObjectKey, Outcome, Store } from '@berth/store';
import type { Logger } from 'pino';
import { readSystemObject, replacementOf, type SystemObject } from './system-objects.ts';

const clusterResource = 'clusters.platform.berth.dev';
const rowsAtOnce = 1_000;
/** How long one piece of work takes at most; the next tick goes on. */
const workMs = 800;

export interface ClusterRemoving {
  readonly store: Store;
  /** The system cluster's kinds. */
  readonly registry: KindRegistry;
  readonly log: Logger;
  /** Rows that one statement removes at most. Default 1,000. */
  readonly rowsAtOnce?: number;
}

/** Removes clusters whose objects are being deleted, with everything that was in them. */
export interface ClusterRemover {
  /**
   * Goes on with all removals, for about a second at most. Whatever dies in the middle, the next call takes up from what
   * the database says; several may work at once.
   */
  work(): Promise<void>;
}

export function clusterRemover(parts: ClusterRemoving): ClusterRemover {
  const { removals } = parts.store;
  const limit = parts.rowsAtOnce ?? rowsAtOnce;

  /** @returns whether nothing of the cluster is left to be done */
  const step = async (clusterId: string, key: ObjectKey | undefined): Promise<boolean> => {
    const startedAt = performance.now();
    const removed = await removals.removeRows(clusterId, limit);
    if (removed === 0) {
      await finish(parts, clusterId, key);
      return true;
    }
    // Half of the time belongs to the neighbours.
    if (removed >= limit / 2) await delay(performance.now() - startedAt);
    return false;
  };

  /** Removals of no object at the last look. */
  let strays: ReadonlySet<string> = new Set();

  return {
    async work() {
      const deadline = performance.now() + workMs;
      const keys = await beginAll(parts);
      const pending = await removals.pending();
      for (const [clusterId, key] of keys) {
        if (!pending.includes(clusterId)) await finish(parts, clusterId, key);
      }
      // One that has begun since the objects were read waits for the next look, which finds its object.
      let waiting = pending.filter((clusterId) => keys.has(clusterId) || strays.has(clusterId));
      strays = new Set(pending.filter((clusterId) => !keys.has(clusterId)));
      while (waiting.length > 0) {
        const unfinished: string[] = [];
        for (const clusterId of waiting) {
          if (performance.now() >= deadline) return;
          if (!(await step(clusterId, keys.get(clusterId)))) unfinished.push(clusterId);
        }
        waiting = unfinished;
      }
    },
  };
}

/** Ends the clusters whose objects controllers have deleted. @returns the objects that wait, by cluster */
async function beginAll(parts: ClusterRemoving): Promise<ReadonlyMap<string, ObjectKey>> {
  const { store } = parts;
  const keys = await store.cluster(systemClusterId).terminating(clusterResource);
  const begun = new Set(keys.length > 0 ? await store.removals.pending() : []);
  const waiting = new Map<string, ObjectKey>();
  for (const key of keys) {
    const isBegun = begun.has(key.name);
    // What else holds the object, when ours is off already, is others' business.
    if (!isBegun && !isHeld(await readSystemObject(parts, key))) continue;
    if (!isBegun) await store.removals.begin(key.name);
    waiting.set(key.name, key);
  }
  return waiting;
}

function isHeld(found: SystemObject | undefined): found is SystemObject {
  return found?.object.metadata.finalizers?.includes(clusterFinalizer) ?? false;
}

/** Takes the finalizer off and gives the id free, both or neither. A change in between is met again at the next tick. */
async function finish(parts: ClusterRemoving, clusterId: string, key: ObjectKey | undefined): Promise<void> {
  const found = key && (await readSystemObject(parts, key));
  const outcome = await end(parts, clusterId, found);
  const fields = { cluster: clusterId };
  if (outcome.status === 'applied') parts.log.info(fields, 'a cluster was removed with all that was in it');
  else parts.log.debug({ ...fields, outcome }, 'a removed cluster’s object changed meanwhile; again');
}

function end(
  { store }: ClusterRemoving,
  clusterId: string,
  found: SystemObject | undefined,
): Promise<Outcome> {
  if (!isHeld(found)) return store.removals.end(clusterId);
  const { definition, object } = found;
  const next = beforeFinalize(definition, object, withoutFinalizer(object, clusterFinalizer));
  return store.removals.end(clusterId, replacementOf(found, next));
}
