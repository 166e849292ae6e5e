import type { Pod } from '@berth/kinds';
import type { Clock } from '@berth/runtime';
import type { Logger } from 'pino';
import type { ApiClient } from '../api/api-client.ts';
import { Backoff, pause } from '../api/backoff.ts';

/** What a node hears of its pods. */
export interface PodFeedListener {
  /** A pod as it is now. */
  set(clusterId: string, pod: Pod): void;
  /** The node has no such pod any more. */
  gone(podUid: string): void;
  /** Exactly these pods are the node's: any other one is gone, even if nobody said so. */
  synced(podUids: ReadonlySet<string>): void;
}

type FeedLine =
  | { readonly type: 'SET'; readonly cluster: string; readonly uid: string; readonly object: Pod }
  | { readonly type: 'GONE'; readonly cluster: string; readonly uid: string }
  | { readonly type: 'SYNC' };

export interface PodFeedOptions {
  readonly nodeName: string;
  readonly api: ApiClient;
  readonly listener: PodFeedListener;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Follows the pods of a node over all clusters until the signal aborts, connecting again after every end. The feed is
 * level-triggered, and each connection begins with everything, so nothing is missed in between.
 */
export async function followPods(options: PodFeedOptions, signal: AbortSignal): Promise<void> {
  const { nodeName, api, clock, log } = options;
  const backoff = new Backoff(100, 10_000);
  while (!signal.aborted) {
    try {
      const path = `/fleet/v1/nodes/${encodeURIComponent(nodeName)}/pods?watch=1`;
      await readFeed(await api.stream(path, signal), options.listener, () => backoff.reset());
      log.debug({ node: nodeName }, 'the feed of pods ended');
    } catch (err) {
      if (!signal.aborted) log.warn({ node: nodeName, err }, 'the feed of pods broke off');
    }
    await pause(clock, backoff.next(), signal);
  }
}

/** Reads one connection of the feed to its end. */
export async function readFeed(
  chunks: AsyncIterable<Buffer>,
  listener: PodFeedListener,
  onSync: () => void,
): Promise<void> {
  const present = new Set<string>();
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      // The API server's own format: see its fleet feed.
      const entry = JSON.parse(line) as FeedLine;
      if (entry.type === 'SET') {
        present.add(entry.uid);
        // Nothing here asks who owns which field, and it can be half of what a pod takes up.
        delete entry.object.metadata.managedFields;
        listener.set(entry.cluster, entry.object);
      } else if (entry.type === 'GONE') {
        present.delete(entry.uid);
        listener.gone(entry.uid);
      } else {
        listener.synced(present);
        onSync();
      }
    }
  }
}
