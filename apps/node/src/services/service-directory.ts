import type { EndpointSlice, Service } from '@berth/kinds';

/** The Services of one cluster, with the slices that say what is behind them. */
export interface ClusterServices {
  readonly services: ReadonlyMap<string, Service>;
  readonly slices: ReadonlyMap<string, EndpointSlice>;
}

interface Known {
  readonly services: Map<string, Service>;
  readonly slices: Map<string, EndpointSlice>;
}

/** The Services of the clusters that a node has pods of, as its feed tells of them. */
export class ServiceDirectory {
  readonly #clusters = new Map<string, Known>();
  readonly #synced = new Set<string>();
  readonly #listeners = new Set<() => void>();

  /** By the cluster; uids are the keys within. */
  get clusters(): ReadonlyMap<string, ClusterServices> {
    return this.#clusters;
  }

  /** Whether all of the cluster's Services are known. */
  knows(clusterId: string): boolean {
    return this.#synced.has(clusterId);
  }

  /** Called after the feed has told all that it had to tell. */
  onSync(listener: () => void): void {
    this.#listeners.add(listener);
  }

  set(clusterId: string, object: EndpointSlice | Service): void {
    const { uid = '' } = object.metadata;
    let known = this.#clusters.get(clusterId);
    if (!known) this.#clusters.set(clusterId, (known = { services: new Map(), slices: new Map() }));
    if (isSlice(object)) known.slices.set(uid, object);
    else known.services.set(uid, object);
  }

  gone(clusterId: string, uid: string): void {
    const known = this.#clusters.get(clusterId);
    known?.services.delete(uid);
    known?.slices.delete(uid);
  }

  /**
   * These clusters are told of as a whole: every other one is forgotten.
   *
   * @param uids what there is; anything else of these clusters is gone, even if nobody said so
   */
  synced(clusterIds: ReadonlySet<string>, uids: ReadonlySet<string>): void {
    this.#synced.clear();
    for (const clusterId of clusterIds) this.#synced.add(clusterId);
    for (const [clusterId, { services, slices }] of this.#clusters) {
      if (!clusterIds.has(clusterId)) this.#clusters.delete(clusterId);
      for (const objects of [services, slices]) {
        for (const uid of objects.keys()) if (!uids.has(uid)) objects.delete(uid);
      }
    }
    for (const listener of this.#listeners) listener();
  }
}

function isSlice(object: EndpointSlice | Service): object is EndpointSlice {
  return object.kind === 'EndpointSlice';
}
