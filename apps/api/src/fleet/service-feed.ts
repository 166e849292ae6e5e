import { apiVersionOf, type KindRegistry } from '@berth/kinds';
import { renderStoredBody } from '@berth/machinery';
import { ClusterMissingError, type HintBus, type Store, type StoredObject } from '@berth/store';

export interface ServiceFeedSources {
  readonly store: Store;
  readonly hints: Pick<HintBus, 'subscribe'>;
  readonly kinds: KindRegistry;
}

const resources = ['services', 'endpointslices.discovery.k8s.io'] as const;
/** How often the feed looks without having been told to: at which clusters the node has pods of, and at all of these. */
const lookIntervalMs = 1_000;
/** Hints of a burst are one look; between two of them it rests for so many times what the last one took. */
const settleMs = 5;
const restPerLook = 2;
const longestRestMs = 200;
/** A quiet feed says that it is whole, so that its reader knows it is alive. */
const syncIntervalMs = 15_000;

/** What the feed has told of a cluster. */
interface Told {
  revision: number;
  /** By resource and uid. */
  readonly objects: Map<string, StoredObject>;
}

/**
 * The Services of the clusters that a node has pods of, with their slices, as lines of JSON, level-triggered:
 * - `{"type":"SET","cluster","resource","uid","object"}`: the object as it is now;
 * - `{"type":"GONE","cluster","resource","uid"}`: there is no such object any more, or no pod of the cluster here;
 * - `{"type":"SYNC","clusters"}`: of these clusters, all that was said so far is all there is. After every look that found
 *   something new, and every 15 s.
 *
 * Ends when the signal aborts.
 */
export async function* serviceFeed(
  sources: ServiceFeedSources,
  node: string,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const told = new Map<string, Told>();
  const wake = createWake(sources.hints, told, signal);
  let [syncedAtMs, lookAtMs, synced] = [-Infinity, -Infinity, ''];
  try {
    while (!signal.aborted) {
      const startedAtMs = performance.now();
      let hinted: Iterable<string> = wake.takeHinted();
      let hasNews = false;
      if (startedAtMs >= lookAtMs) {
        lookAtMs = startedAtMs + lookIntervalMs;
        const clusters = await clustersOf(sources.store, node);
        for (const line of forgotten(told, clusters)) yield line;
        hinted = clusters;
      }
      for (const clusterId of hinted) {
        for await (const line of newsOf(sources, told, clusterId)) {
          hasNews = true;
          yield line;
        }
      }
      const clusters = JSON.stringify([...told.keys()].sort());
      if (hasNews || clusters !== synced || performance.now() - syncedAtMs >= syncIntervalMs) {
        syncedAtMs = performance.now();
        synced = clusters;
        yield `{"type":"SYNC","clusters":${clusters}}\n`;
      }
      const tookMs = performance.now() - startedAtMs;
      await wake.wait(lookAtMs - performance.now(), Math.min(longestRestMs, tookMs * restPerLook));
    }
  } finally {
    wake.stop();
  }
}

/** All of it as of now, each `{cluster, object}`. */
export async function nodeServices({ store, kinds }: ServiceFeedSources, node: string): Promise<string> {
  const items: string[] = [];
  for (const clusterId of await clustersOf(store, node)) {
    const { objects } = await store.cluster(clusterId).readResources(resources);
    for (const object of objects) {
      items.push(`{"cluster":${JSON.stringify(clusterId)},"object":${rendered(kinds, object)}}`);
    }
  }
  return `{"items":[${items.join(',')}]}`;
}

async function clustersOf(store: Store, node: string): Promise<Set<string>> {
  const assigned = await store.assignedTo(node);
  return new Set(assigned.flatMap(({ clusterId, resource }) => (resource === 'pods' ? [clusterId] : [])));
}

/** What was told of clusters that are none of the node's any more. */
function* forgotten(told: Map<string, Told>, clusters: ReadonlySet<string>): Generator<string, void> {
  for (const [clusterId, { objects }] of told) {
    if (clusters.has(clusterId)) continue;
    told.delete(clusterId);
    for (const object of objects.values()) yield goneLine(clusterId, object);
  }
}

async function* newsOf(
  { store, kinds }: ServiceFeedSources,
  told: Map<string, Told>,
  clusterId: string,
): AsyncGenerator<string, void> {
  const cluster = store.cluster(clusterId);
  const known = told.get(clusterId) ?? { revision: -1, objects: new Map<string, StoredObject>() };
  try {
    if (known.revision >= 0) {
      const news = await cluster.resourcesChanged(resources, known.revision);
      known.revision = news.revision;
      if (!news.changed) return;
    }
    const { revision, objects } = await cluster.readResources(resources);
    told.set(clusterId, known);
    known.revision = revision;
    const current = new Map(objects.map((object) => [idOf(object), object]));
    for (const [id, object] of known.objects) {
      if (current.has(id)) continue;
      known.objects.delete(id);
      yield goneLine(clusterId, object);
    }
    for (const [id, object] of current) {
      if (known.objects.get(id)?.revision === object.revision) continue;
      known.objects.set(id, object);
      yield setLine(kinds, clusterId, object);
    }
  } catch (error) {
    // It has ended meanwhile: the next look finds no pods of it.
    if (!(error instanceof ClusterMissingError)) throw error;
  }
}

function idOf({ resource, uid }: StoredObject): string {
  return `${resource}/${uid}`;
}

function goneLine(cluster: string, { resource, uid }: StoredObject): string {
  return `${JSON.stringify({ type: 'GONE', cluster, resource, uid })}\n`;
}

function setLine(kinds: KindRegistry, cluster: string, object: StoredObject): string {
  const { resource, uid } = object;
  const head = JSON.stringify({ type: 'SET', cluster, resource, uid });
  return `${head.slice(0, -1)},"object":${rendered(kinds, object)}}\n`;
}

function rendered(kinds: KindRegistry, { resource, body, revision }: StoredObject): string {
  const definition = kinds.byResource(resource);
  if (definition === undefined) throw new Error(`no kind is called ${resource}`);
  const typeMeta = { apiVersion: apiVersionOf(definition.versions[0]), kind: definition.kind };
  return renderStoredBody(body, revision, typeMeta);
}

/** Waits for a hint of a cluster of the feed's, for some time, or for the end. */
function createWake(
  hints: ServiceFeedSources['hints'],
  told: ReadonlyMap<string, Told>,
  signal: AbortSignal,
) {
  let hinted = new Set<string>();
  let wake: () => void = () => {};
  const unsubscribe = hints.subscribe(({ clusterId, revision }) => {
    const known = told.get(clusterId);
    if (known === undefined || known.revision >= revision) return;
    hinted.add(clusterId);
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, ms));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    takeHinted(): ReadonlySet<string> {
      const taken = hinted;
      hinted = new Set();
      return taken;
    },
    async wait(ms: number, restMs: number): Promise<void> {
      if (!signal.aborted && hinted.size === 0) await pause(ms);
      wake = () => {};
      if (!signal.aborted && hinted.size > 0) await pause(Math.max(settleMs, restMs));
    },
    stop() {
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
