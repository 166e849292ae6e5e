import type { AssignedObject, AssignedVersion } from '@berth/store';

/** What a feed has to say next. */
export interface PodNews {
  readonly gone: readonly AssignedObject[];
  /** Those whose newest state was not told yet. */
  readonly changed: readonly AssignedObject[];
}

interface KnownCluster {
  /** What was told, by uid. */
  readonly pods: Map<string, AssignedObject>;
  /** The largest revision that a look has shown. */
  newest: number;
}

/** What a feed has told of its node's pods. Holds nothing of clusters without pods there. */
export class KnownPods {
  readonly #clusters = new Map<string, KnownCluster>();

  /** Whether everything that makes up this version was told; undefined for no pods at all. */
  isAt(clusterId: string, version: AssignedVersion | undefined): boolean {
    const known = this.#clusters.get(clusterId);
    if (known === undefined || version === undefined) return known === undefined && version === undefined;
    return known.pods.size === version.count && known.newest === version.newest;
  }

  /** What changed later is news; what changed up to there was seen. 0 for a cluster that nothing is known of. */
  newestOf(clusterId: string): number {
    return this.#clusters.get(clusterId)?.newest ?? 0;
  }

  has(clusterId: string, uid: string): boolean {
    return this.#clusters.get(clusterId)?.pods.has(uid) ?? false;
  }

  countOf(clusterId: string): number {
    return this.#clusters.get(clusterId)?.pods.size ?? 0;
  }

  /** Some pods of a cluster have been seen: none is gone for that. */
  seeSome(clusterId: string, pods: readonly AssignedObject[]): PodNews {
    if (pods.length === 0) return { gone: [], changed: [] };
    const known = this.#clusterOf(clusterId);
    const changed = pods.filter(({ uid, revision }) => known.pods.get(uid)?.revision !== revision);
    for (const { revision } of pods) known.newest = Math.max(known.newest, revision);
    return { gone: [], changed };
  }

  /** All pods of a cluster have been seen: what is missing is gone. */
  seeCluster(clusterId: string, pods: readonly AssignedObject[]): PodNews {
    const known = this.#clusters.get(clusterId);
    const there = new Set(pods.map(({ uid }) => uid));
    const gone = [...(known?.pods.values() ?? [])].filter(({ uid }) => !there.has(uid));
    for (const { uid } of gone) known?.pods.delete(uid);
    if (known !== undefined) known.newest = 0;
    if (pods.length === 0) this.#clusters.delete(clusterId);
    return { gone, changed: this.seeSome(clusterId, pods).changed };
  }

  /** All pods of all clusters have been seen. */
  seeAll(pods: readonly AssignedObject[]): PodNews {
    const byCluster = new Map<string, AssignedObject[]>();
    for (const clusterId of this.#clusters.keys()) byCluster.set(clusterId, []);
    for (const pod of pods) {
      const ofCluster = byCluster.get(pod.clusterId);
      if (ofCluster === undefined) byCluster.set(pod.clusterId, [pod]);
      else ofCluster.push(pod);
    }
    const news = Array.from(byCluster, ([clusterId, ofCluster]) => this.seeCluster(clusterId, ofCluster));
    return { gone: news.flatMap(({ gone }) => gone), changed: news.flatMap(({ changed }) => changed) };
  }

  /** The pod has been told as it was at that revision. */
  told(pod: AssignedObject): void {
    this.#clusterOf(pod.clusterId).pods.set(pod.uid, pod);
  }

  #clusterOf(clusterId: string): KnownCluster {
    let known = this.#clusters.get(clusterId);
    if (known === undefined) this.#clusters.set(clusterId, (known = { pods: new Map(), newest: 0 }));
    return known;
  }
}
