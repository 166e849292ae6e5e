import { apiVersionOf, type KindRegistry } from '@berth/kinds';
import { renderStoredBody } from '@berth/machinery';
import type { AssignedObject, ClusterObject, HintBus, Store } from '@berth/store';

export interface NodeFeedSources {
  readonly store: Store;
  readonly hints: Pick<HintBus, 'subscribe'>;
  readonly kinds: KindRegistry;
}

/** What the feed of a node is made of; its objects are pods. */
const feedResource = 'pods';
/** How often the feed looks without having been told to. */
const pollIntervalMs = 1_000;
/** Hints of a burst are one look. */
const settleMs = 10;
/** A look costs what the node has pods. Between two looks a feed rests for so many times what the last one took, up to the most. */
const restPerLook = 2;
const longestRestMs = 100;
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
  const wake = createWake(sources.hints, signal);
  const known = new Map<string, AssignedObject>();
  let syncedAtMs = -Infinity;
  try {
    while (!signal.aborted) {
      const lookedAtMs = performance.now();
      const assigned = await assignedPods(sources.store, node);
      const restMs = (performance.now() - lookedAtMs) * restPerLook;
      yield* changedLines(sources, known, assigned);
      if (performance.now() - syncedAtMs >= syncIntervalMs) {
        syncedAtMs = performance.now();
        yield '{"type":"SYNC"}\n';
      }
      await wake.wait(restMs);
    }
  } finally {
    wake.stop();
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

async function* changedLines(
  sources: NodeFeedSources,
  known: Map<string, AssignedObject>,
  assigned: readonly AssignedObject[],
): AsyncGenerator<string, void> {
  const current = new Map(assigned.map((pod) => [idOf(pod), pod]));
  for (const [id, pod] of known) {
    if (current.has(id)) continue;
    known.delete(id);
    yield goneLine(pod);
  }
  const changed = assigned.filter((pod) => known.get(idOf(pod))?.revision !== pod.revision);
  if (changed.length === 0) return;
  for (const body of await sources.store.readBodies(changed)) {
    known.set(idOf(body), body);
    yield setLine(sources, body);
  }
}

function idOf({ clusterId, uid }: AssignedObject): string {
  return `${clusterId}/${uid}`;
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

/** Waits for a hint of any cluster, the poll interval, or the end. */
function createWake(hints: Pick<HintBus, 'subscribe'>, signal: AbortSignal) {
  let isHinted = false;
  let pauseMs = settleMs;
  let settle: () => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  const unsubscribe = hints.subscribe(() => {
    if (isHinted) return;
    isHinted = true;
    clearTimeout(timer);
    timer = setTimeout(settle, pauseMs);
  });
  const onAbort = () => settle();
  signal.addEventListener('abort', onAbort);
  return {
    /** @param restMs no hint ends the wait sooner */
    async wait(restMs: number): Promise<void> {
      pauseMs = Math.min(longestRestMs, Math.max(settleMs, restMs));
      await new Promise<void>((resolve) => {
        settle = resolve;
        clearTimeout(timer);
        timer = setTimeout(resolve, isHinted ? pauseMs : pollIntervalMs);
        if (signal.aborted) resolve();
      });
      isHinted = false;
    },
    stop() {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
