import { apiVersionOf, type KindRegistry } from '@berth/kinds';
import { renderStoredBody } from '@berth/machinery';
import type { AssignedObject, ClusterObject, Store } from '@berth/store';
import type { AssignmentLooks } from './assignment-looks.ts';
import { KnownPods, type PodNews } from './known-pods.ts';

export interface NodeFeedSources {
  readonly store: Store;
  readonly looks: AssignmentLooks;
  readonly kinds: KindRegistry;
}

/** What the feed of a node is made of; its objects are pods. */
export const feedResource = 'pods';
/** How often the feed looks at all clusters, without having been told to: at least, and as rarely as such a look is dear. */
const wholeLookIntervalMs = 1_000;
const restPerWholeLook = 50;
const longestIntervalMs = 5_000;
/** A quiet feed says that it is whole, so that its reader knows it is alive. */
const syncIntervalMs = 15_000;

/**
 * The pods of one node over all clusters, as lines of JSON, level-triggered:
 * - `{"type":"SET","cluster",…,"object"}`: the pod as it is now;
 * - `{"type":"GONE","cluster","namespace","name","uid"}`: the node has no such pod any more;
 * - `{"type":"SYNC"}`: all that was said so far is all there is. Comes after the first look and then every 15 s.
 *
 * States in between may be left out. Ends when the signal aborts.
 */
export async function* nodeFeed(
  sources: NodeFeedSources,
  node: string,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const known = new KnownPods();
  const wake = createWake({ looks: sources.looks, known, node }, signal);
  let [syncedAtMs, wholeLookAtMs] = [-Infinity, -Infinity];
  try {
    while (!signal.aborted) {
      const hinted = wake.takeHinted();
      const lookedAtMs = performance.now();
      if (lookedAtMs >= wholeLookAtMs) {
        const assigned = await assignedPods(sources.store, node);
        const tookMs = performance.now() - lookedAtMs;
        const intervalMs = Math.max(wholeLookIntervalMs, tookMs * restPerWholeLook);
        wholeLookAtMs = lookedAtMs + Math.min(longestIntervalMs, intervalMs);
        yield* linesOf(sources, known, known.seeAll(assigned));
      } else {
        for (const clusterId of hinted) yield* linesOf(sources, known, await newsOf(clusterId));
      }
      if (performance.now() - syncedAtMs >= syncIntervalMs) {
        syncedAtMs = performance.now();
        yield '{"type":"SYNC"}\n';
      }
      await wake.wait(wholeLookAtMs - performance.now());
    }
  } finally {
    wake.stop();
  }

  async function newsOf(clusterId: string): Promise<PodNews> {
    const since = (revision: number) =>
      sources.store.assignedSince(node, { clusterId, resource: feedResource, revision });
    const { count, changed } = await since(known.newestOf(clusterId));
    const news = known.seeSome(clusterId, changed);
    const untold = changed.filter(({ uid }) => !known.has(clusterId, uid)).length;
    if (known.countOf(clusterId) + untold === count) return news;
    // Some are gone, or the cluster was suspended or resumed.
    return known.seeCluster(clusterId, (await since(0)).changed);
  }
}

/** All pods of a node, each `{cluster, object}`. */
export async function nodePods(sources: NodeFeedSources, node: string): Promise<string> {
  const bodies = await sources.store.readBodies(await assignedPods(sources.store, node));
  const items = bodies.map(
    (body) => `{"cluster":${JSON.stringify(body.clusterId)},"object":${rendered(sources, body)}}`,
  );
  return `{"items":[${items.join(',')}]}`;
}

async function assignedPods(store: Store, node: string): Promise<AssignedObject[]> {
  return (await store.assignedTo(node)).filter(({ resource }) => resource === feedResource);
}

async function* linesOf(
  sources: NodeFeedSources,
  known: KnownPods,
  { gone, changed }: PodNews,
): AsyncGenerator<string, void> {
  for (const pod of gone) yield goneLine(pod);
  if (changed.length === 0) return;
  for (const body of await sources.store.readBodies(changed)) {
    known.told(body);
    yield setLine(sources, body);
  }
}

function goneLine({ clusterId, namespace, name, uid }: AssignedObject): string {
  return `${JSON.stringify({ type: 'GONE', cluster: clusterId, namespace, name, uid })}\n`;
}

function setLine(sources: NodeFeedSources, body: ClusterObject): string {
  const { clusterId, namespace, name, uid } = body;
  const head = JSON.stringify({ type: 'SET', cluster: clusterId, namespace, name, uid });
  return `${head.slice(0, -1)},"object":${rendered(sources, body)}}\n`;
}

function rendered({ kinds }: NodeFeedSources, { resource, body, revision }: ClusterObject): string {
  const definition = kinds.byResource(resource);
  if (definition === undefined) throw new Error(`no kind is called ${resource}`);
  return renderStoredBody(body, revision, {
    apiVersion: apiVersionOf(definition.versions[0]),
    kind: definition.kind,
  });
}

/** Waits for a cluster of which the feed does not know everything, for some time, or for the end. */
function createWake(
  { looks, known, node }: { looks: AssignmentLooks; known: KnownPods; node: string },
  signal: AbortSignal,
) {
  let hinted = new Set<string>();
  let settle: () => void = () => {};
  const unsubscribe = looks.subscribe(node, (clusterId, version) => {
    if (known.isAt(clusterId, version)) return;
    hinted.add(clusterId);
    settle();
  });
  const onAbort = () => settle();
  signal.addEventListener('abort', onAbort);
  return {
    takeHinted(): ReadonlySet<string> {
      const taken = hinted;
      hinted = new Set();
      return taken;
    },
    async wait(ms: number): Promise<void> {
      if (signal.aborted || hinted.size > 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        settle = resolve;
        timer = setTimeout(resolve, Math.max(0, ms));
      });
      clearTimeout(timer);
    },
    stop() {
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
