import type { ClusterStore, StoredObject } from '@berth/store';

/** The objects of a resource in a namespace, in order of their names. */
export type PolicyReader = (
  cluster: ClusterStore,
  policies: { readonly resource: string; readonly namespace: string },
) => Promise<readonly StoredObject[]>;

interface Reads {
  current: Promise<unknown>;
  next: Promise<readonly StoredObject[]> | undefined;
}

/**
 * Reads the few objects by which new ones are judged, as of a moment after the call: who asks while a read of the same
 * namespace is under way shares the next one. So a flood of creates costs one small read for each of its batches, and
 * a policy holds from the moment in which its write was acknowledged.
 */
export function createPolicyReader(): PolicyReader {
  const places = new Map<string, Reads>();
  return (cluster, { resource, namespace }) => {
    const place = `${cluster.clusterId}/${resource}/${namespace}`;
    const reads = places.get(place) ?? { current: Promise.resolve(), next: undefined };
    places.set(place, reads);
    if (reads.next !== undefined) return reads.next;
    const next = reads.current.then(async () => {
      reads.next = undefined;
      return (await cluster.list({ resource, namespace })).items;
    });
    reads.next = next;
    // A failure belongs to those who asked, not to the next read. A namespace that is left alone holds nothing.
    const current: Promise<unknown> = next
      .catch(() => undefined)
      .then(() => {
        if (reads.current === current && reads.next === undefined) places.delete(place);
      });
    reads.current = current;
    return next;
  };
}
