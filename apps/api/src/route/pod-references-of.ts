import { type Pod, type PodReferences, podReferences } from '@berth/kinds';
import type { AssignedObject, Store } from '@berth/store';
import { LRUCache } from 'lru-cache';

const rememberedPods = 10_000;

/** What pods refer to, in the order in which they are given; undefined for one that is no more. */
export type PodReferencesOf = (
  pods: readonly AssignedObject[],
) => Promise<ReadonlyArray<PodReferences | undefined>>;

/** Each pod is read once as long as it does not change. */
export function createPodReferencesOf(store: Pick<Store, 'readBodies'>): PodReferencesOf {
  const references = new LRUCache<string, PodReferences>({ max: rememberedPods });
  return async (pods) => {
    const missing = pods.filter((pod) => !references.has(stateOf(pod)));
    if (missing.length > 0) {
      for (const read of await store.readBodies(missing)) {
        // The objects of the resource are pods.
        references.set(stateOf(read), podReferences(JSON.parse(read.body) as Pod));
      }
    }
    return pods.map((pod) => references.get(stateOf(pod)));
  };
}

function stateOf({
  clusterId,
  uid,
  revision,
}: Pick<AssignedObject, 'clusterId' | 'uid' | 'revision'>): string {
  return `${clusterId}/${uid}/${revision}`;
}
