import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

export interface SeenEvent {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on whatever comes
  readonly object: any;
}

/** A stream of JSON lines as a test reads it. */
export interface OpenWatch {
  readonly status: number;
  /** All events so far. */
  readonly seen: readonly SeenEvent[];
  /** Waits until there are this many events in all. @throws after ten seconds, with what there is */
  take(count: number): Promise<readonly SeenEvent[]>;
  /** Settles when the server ends the stream. */
  readonly ended: Promise<void>;
  /** Hangs up. */
  end(): Promise<void>;
}

const deadlineMs = 10_000;

/** Opens a watch, or another stream of JSON lines; resolves once the server has answered. */
export async function openWatch(url: string, headers: Record<string, string>): Promise<OpenWatch> {
  const hangUp = new AbortController();
  const answer = await fetch(url, { headers, signal: hangUp.signal });
  if (answer.body === null || !answer.ok)
    throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  const seen: SeenEvent[] = [];
  let notify: () => void = () => undefined;
  const ended = (async () => {
    const body = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]);
    body.on('error', () => undefined);
    try {
      for await (const line of createInterface({ input: body })) {
        // The server writes one event a line.
        seen.push(JSON.parse(line) as SeenEvent);
        notify();
      }
    } catch (error) {
      if (!hangUp.signal.aborted) throw error;
    }
  })();
  return {
    status: answer.status,
    seen,
    ended,
    async take(count) {
      const deadline = Date.now() + deadlineMs;
      while (seen.length < count) {
        if (Date.now() > deadline)
          throw new Error(`${seen.length} of ${count} events came: ${JSON.stringify(seen)}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 100);
          notify = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return seen.slice(0, count);
    },
    async end() {
      hangUp.abort();
      await ended;
    },
  };
}
