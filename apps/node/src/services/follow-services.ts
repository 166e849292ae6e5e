import type { EndpointSlice, Service } from '@berth/kinds';
import type { Clock } from '@berth/runtime';
import type { Logger } from 'pino';
import type { ApiClient } from '../api/api-client.ts';
import { Backoff, pause } from '../api/backoff.ts';
import type { ServiceDirectory } from './service-directory.ts';

type FeedLine =
  | {
      readonly type: 'SET';
      readonly cluster: string;
      readonly uid: string;
      readonly object: EndpointSlice | Service;
    }
  | { readonly type: 'GONE'; readonly cluster: string; readonly uid: string }
  | { readonly type: 'SYNC'; readonly clusters: readonly string[] };

export interface ServiceFeedOptions {
  readonly nodeName: string;
  readonly api: ApiClient;
  readonly directory: ServiceDirectory;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Follows the Services of the clusters that a node has pods of until the signal aborts, connecting again after every end.
 * The feed is level-triggered, and each connection begins with everything. What was known stays meanwhile.
 */
export async function followServices(options: ServiceFeedOptions, signal: AbortSignal): Promise<void> {
  const { nodeName, api, directory, clock, log } = options;
  const backoff = new Backoff(100, 10_000);
  while (!signal.aborted) {
    try {
      const path = `/fleet/v1/nodes/${encodeURIComponent(nodeName)}/services?watch=1`;
      await readServiceFeed(await api.stream(path, signal), directory, () => backoff.reset());
      log.debug({ node: nodeName }, 'the feed of services ended');
    } catch (err) {
      if (!signal.aborted) log.warn({ node: nodeName, err }, 'the feed of services broke off');
    }
    await pause(clock, backoff.next(), signal);
  }
}

/** Reads one connection of the feed to its end. */
async function readServiceFeed(
  chunks: AsyncIterable<Buffer>,
  directory: ServiceDirectory,
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
      // The API server's own format: see its feed of services.
      const entry = JSON.parse(line) as FeedLine;
      if (entry.type === 'SET') {
        present.add(entry.uid);
        delete entry.object.metadata.managedFields;
        directory.set(entry.cluster, entry.object);
      } else if (entry.type === 'GONE') {
        present.delete(entry.uid);
        directory.gone(entry.cluster, entry.uid);
      } else {
        directory.synced(new Set(entry.clusters), present);
        onSync();
      }
    }
  }
}
