import { type Status, watchExpiredError } from '@berth/machinery';
import type { Pace } from '@berth/fairness';
import { CompactedError } from '@berth/store';
import { listPage } from '../objects/list-page.ts';
import { asStatusError } from '../pipeline/answer-error.ts';
import type { ListOptions } from '../request/list-options.ts';
import type { ResourceScope } from '../route/resource-scope.ts';
import { createBookmarkClock } from './bookmark-clock.ts';
import type { EventEncoder } from './event-encoder.ts';
import { watchEventOf } from './watch-event.ts';

export interface WatchCall {
  readonly scope: ResourceScope;
  readonly options: ListOptions;
  readonly encoder: EventEncoder;
  /** Ends the watch: its time is up, the client is gone, or the server closes. */
  readonly signal: AbortSignal;
  readonly pace: Pace;
}

/** Lines are sent together up to this size. */
const chunkBytes = 64 * 1024;
/** Changes that a watcher writes without waiting for its turn. */
const smallBatch = 50;

/**
 * The bytes of a watch. It is pulled: a client that reads slowly holds nothing back but its own place in the log, and if
 * that place falls out of retention, the watch ends with the 410 that sends clients back to a list.
 */
export async function* watchStream(call: WatchCall): AsyncGenerator<Uint8Array, void> {
  const { encoder, signal } = call;
  try {
    const after = yield* initialEvents(call);
    yield* laterEvents(call, after);
  } catch (error) {
    if (!signal.aborted) yield encoder.error(errorStatus(error));
  }
}

function errorStatus(error: unknown): Status {
  return error instanceof CompactedError ? watchExpiredError().status : asStatusError(error).status;
}

/** What exists when the watch begins, if the client asked for that. @returns the revision from which changes follow */
async function* initialEvents({
  scope,
  options,
  encoder,
  pace,
}: WatchCall): AsyncGenerator<Uint8Array, number> {
  const { resourceVersion, sendInitialEvents } = options;
  const startsFromState = sendInitialEvents ?? (resourceVersion === undefined || resourceVersion === 0);
  if (!startsFromState)
    return resourceVersion === undefined || resourceVersion === 0 ? scope.cluster.head() : resourceVersion;
  const { items, revision } = await listPage(scope, everything(options), pace);
  yield* chunked(items, (state) => encoder.encode({ type: 'ADDED', state }), pace);
  if (sendInitialEvents === true && options.allowBookmarks) {
    yield encoder.bookmark(revision, { endsInitialEvents: true });
  }
  return revision;
}

/** A list as new as can be, in one page, of what the watch selects. */
function everything(options: ListOptions): ListOptions {
  return { ...options, limit: 0, continueToken: '', match: undefined };
}

async function* laterEvents(
  { scope, options, encoder, signal, pace }: WatchCall,
  after: number,
): AsyncGenerator<Uint8Array, void> {
  const changes = scope.cluster.follow(after, signal)[Symbol.asyncIterator]();
  const target = { scope, selection: options };
  const bookmarks = createBookmarkClock(options.allowBookmarks);
  let seen = after;
  let marked = after;
  let pending = changes.next();
  try {
    for (;;) {
      const next = await bookmarks.raceWith(pending);
      if (next === 'due') {
        if (seen > marked) yield encoder.bookmark(seen, { endsInitialEvents: false });
        marked = seen;
        continue;
      }
      if (next.done) return;
      yield* chunked(
        next.value,
        (change) => {
          const event = watchEventOf(target, change);
          return event && encoder.encode(event, change);
        },
        pace,
      );
      seen = next.value.at(-1)?.revision ?? seen;
      pending = changes.next();
    }
  } finally {
    bookmarks.stop();
    // The iterator ends by the signal; what it still has to say is nobody's.
    pending.catch(() => {});
    await changes.return?.();
  }
}

/**
 * Lines, several together. Many watchers hear of the same changes at the same time: a watcher with many to write waits for
 * its turn before each further slice, and where other tenants are there also with a few.
 */
async function* chunked<T>(
  items: readonly T[],
  encode: (item: T) => Uint8Array | undefined,
  pace: Pace,
): AsyncGenerator<Uint8Array, void> {
  let chunk: Uint8Array[] = [];
  let sizeBytes = 0;
  if (items.length > smallBatch || pace.isContended) await pace.turn();
  else pace.restart();
  for (const item of items) {
    const line = encode(item);
    if (line !== undefined) {
      chunk.push(line);
      sizeBytes += line.length;
    }
    if (sizeBytes >= chunkBytes) {
      yield joined(chunk);
      chunk = [];
      sizeBytes = 0;
    }
    if (pace.isDue()) await pace.turn();
  }
  if (chunk.length > 0) yield joined(chunk);
}

function joined(chunk: readonly Uint8Array[]): Uint8Array {
  return chunk.length === 1 && chunk[0] !== undefined ? chunk[0] : Buffer.concat(chunk);
}
