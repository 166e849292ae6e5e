import { type Redis, ReplyError } from 'ioredis';

/** Values on their way to Redis: only the newest of each key is worth sending. */
export interface LatestPerKey<Value> {
  /** Never throws and never waits. */
  put(key: string, value: Value): void;
  /** Sends what is there, if Redis is there, and takes nothing more. */
  close(): Promise<void>;
}

const retryAfterMs = 200;

interface LatestPerKeyOptions<Value> {
  readonly connection: Redis;
  readonly send: (batch: ReadonlyMap<string, Value>) => Promise<unknown>;
  readonly onError: ((error: Error) => void) | undefined;
}

/**
 * Gathers values and sends them once per turn of the event loop, one batch at a time. While Redis is away they wait, one
 * per key, so memory is bounded by the number of keys; they go out as soon as it is back.
 */
export function sendLatestPerKey<Value>(options: LatestPerKeyOptions<Value>): LatestPerKey<Value> {
  const { connection, send, onError } = options;
  let waiting = new Map<string, Value>();
  let sending: Promise<void> | undefined;
  let scheduled = false;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const sendWaiting = async (): Promise<void> => {
    while (waiting.size > 0 && connection.status === 'ready') {
      const batch = waiting;
      waiting = new Map();
      try {
        await send(batch);
      } catch (error) {
        onError?.(error instanceof Error ? error : new Error(String(error)));
        // A refusal (out of memory, read-only) would only repeat itself; a lost connection comes back.
        if (error instanceof ReplyError) continue;
        waiting = new Map([...batch, ...waiting]);
        // The socket can be gone before the status says so; once it says so, `ready` comes first.
        retry = setTimeout(flush, retryAfterMs);
        return;
      }
    }
  };

  const flush = (): void => {
    scheduled = false;
    clearTimeout(retry);
    sending ??= sendWaiting().finally(() => {
      sending = undefined;
    });
  };

  connection.on('ready', flush);

  return {
    put(key, value) {
      if (closed) return;
      waiting.set(key, value);
      if (scheduled || sending) return;
      scheduled = true;
      setImmediate(flush);
    },
    async close() {
      if (closed) return;
      closed = true;
      connection.off('ready', flush);
      flush();
      await sending;
      clearTimeout(retry);
    },
  };
}
