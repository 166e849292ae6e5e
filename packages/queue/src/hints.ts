import type { HintBus, RevisionHint } from '@berth/store';
import { sendLatestPerKey } from './latest-per-key.ts';
import { connectRedis, keyPrefixOf, type RedisSettings } from './redis-connection.ts';
import { createTurnQueue } from './turn-queue.ts';

/** {@link HintBus} over Redis pub/sub and the turn queue. */
export interface RedisHints extends HintBus {
  /** Whether Redis answers now. Never throws. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Carries hints between processes. Returns at once and works as soon as Redis does; while Redis is away, the newest
 * hint of each cluster waits. A burst of revisions of one cluster is one message. Hints come back to the process that
 * published them, too.
 */
export function connectHints(settings: RedisSettings): RedisHints {
  const channel = `${keyPrefixOf(settings)}:revisions`;
  const publisher = connectRedis(settings, 'producer');
  const subscriber = connectRedis(settings, 'subscriber');
  const turns = createTurnQueue(settings);
  const listeners = new Set<(hint: RevisionHint) => void>();

  const revisions = sendLatestPerKey<number>({
    connection: publisher,
    send: (batch) => publisher.publish(channel, encodeHints(batch)),
    onError: settings.onError,
  });

  subscriber.on('message', (_channel: string, message: string) => {
    for (const hint of decodeHints(message)) {
      for (const listener of listeners) listener(hint);
    }
  });
  // Waits for Redis in the offline queue; from then on every reconnect subscribes again.
  subscriber.subscribe(channel).catch((error: Error) => settings.onError?.(error));

  return {
    publish: (hint) => revisions.put(hint.clusterId, hint.revision),
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    requestTurn: (clusterId) => turns.request(clusterId),
    reachable: async () => {
      if (publisher.status !== 'ready') return false;
      return publisher.ping().then(
        () => true,
        () => false,
      );
    },
    async close() {
      listeners.clear();
      await Promise.all([revisions.close(), turns.close()]);
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** One line per cluster: `<cluster> <revision>`. Cluster ids are DNS labels, so neither blank nor newline is in them. */
function encodeHints(batch: ReadonlyMap<string, number>): string {
  return Array.from(batch, ([clusterId, revision]) => `${clusterId} ${revision}`).join('\n');
}

function* decodeHints(message: string): Generator<RevisionHint> {
  for (const line of message.split('\n')) {
    const [clusterId, revision] = line.split(' ');
    if (clusterId && revision) yield { clusterId, revision: Number(revision) };
  }
}
