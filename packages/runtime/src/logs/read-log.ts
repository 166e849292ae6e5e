import { type FileHandle, open } from 'node:fs/promises';
import type { LogQuery } from '../pod-runtime.ts';
import type { ContainerLog } from './container-log.ts';
import { formatNanoTime, type LogEntry, parseLogEntry, splitLines } from './log-line.ts';
import { listSegments, type LogSegment } from './log-segments.ts';

const chunkBytes = 64 * 1024;

/** Where reading begins: a byte of a segment. */
interface Position {
  readonly sequence: number;
  readonly offset: number;
}

/** The lines of a log that a query asks for, as they go to the client, in chunks of whole lines. */
export async function* readLog(
  log: ContainerLog,
  query: Omit<LogQuery, 'container' | 'previous'>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  await (log.ended ? undefined : log.pump());
  const since =
    query.sinceTime === undefined
      ? undefined
      : formatNanoTime(BigInt(query.sinceTime.getTime()) * 1_000_000n);
  const start = await startPosition(log.directory, query.tailLines);
  let left = query.limitBytes ?? Number.POSITIVE_INFINITY;
  let atLineStart = true;
  for await (const entries of readEntries(log, start, { follow: query.follow, signal })) {
    const parts: Buffer[] = [];
    for (const { time, partial, content } of entries) {
      if (since !== undefined && time < since) continue;
      if (query.timestamps && atLineStart) parts.push(Buffer.from(`${time} `));
      parts.push(content, ...(partial ? [] : [Buffer.from('\n')]));
      atLineStart = !partial;
    }
    const output = Buffer.concat(parts).subarray(0, Math.min(left, Number.MAX_SAFE_INTEGER));
    left -= output.length;
    if (output.length > 0) yield output;
    if (left <= 0) return;
  }
}

async function* readEntries(
  log: ContainerLog,
  start: Position,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<LogEntry[]> {
  let { sequence, offset } = start;
  while (!signal.aborted) {
    // Both before the read: what is written after it is read in the next round.
    const ended = log.ended;
    const change = new AbortController();
    const changed = log.changed(AbortSignal.any([signal, change.signal]));
    try {
      const segments = await listSegments(log.directory);
      const segment = segments.find((candidate) => candidate.sequence >= sequence);
      if (segment !== undefined) {
        if (segment.sequence !== sequence) ({ sequence, offset } = { sequence: segment.sequence, offset: 0 });
        for await (const { entries, readTo } of segmentEntries(segment, offset)) {
          offset = readTo;
          yield entries;
          if (signal.aborted) return;
        }
      }
      if (segments.some((candidate) => candidate.sequence > sequence)) {
        sequence += 1;
        offset = 0;
        continue;
      }
      if (!follow || ended) return;
      await changed;
    } finally {
      change.abort();
    }
  }
}

async function* segmentEntries(
  segment: LogSegment,
  from: number,
): AsyncGenerator<{ entries: LogEntry[]; readTo: number }> {
  // A segment that rotation removed meanwhile has nothing to give.
  const handle = await open(segment.path, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    let position = from;
    let bytes = Buffer.alloc(0);
    for (;;) {
      const chunk = await readChunk(handle, position + bytes.length, chunkBytes);
      if (chunk.length === 0) return;
      bytes = Buffer.concat([bytes, chunk]);
      const { lines, rest } = splitLines(bytes);
      position += bytes.length - rest.length;
      bytes = Buffer.from(rest);
      yield { entries: lines.flatMap((line) => parseLogEntry(line) ?? []), readTo: position };
    }
  } finally {
    await handle.close();
  }
}

async function readChunk(
  handle: FileHandle,
  position: number,
  sizeBytes: number,
): Promise<Buffer<ArrayBuffer>> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(sizeBytes), 0, sizeBytes, position);
  return buffer.subarray(0, bytesRead);
}

/** The beginning, or the place behind which `tailLines` whole lines stand. */
async function startPosition(directory: string, tailLines: number | undefined): Promise<Position> {
  const segments = await listSegments(directory);
  if (tailLines === undefined) return { sequence: segments[0]?.sequence ?? 0, offset: 0 };
  let missing = tailLines;
  for (const segment of segments.toReversed()) {
    // Offsets behind each whole line: a line's first part begins behind the whole line before it.
    const ends: number[] = [];
    let offset = 0;
    for await (const { entries } of segmentEntries(segment, 0)) {
      for (const entry of entries) {
        offset += entryBytes(entry);
        if (!entry.partial) ends.push(offset);
      }
    }
    if (ends.length >= missing) {
      return { sequence: segment.sequence, offset: missing === 0 ? offset : (ends.at(-missing - 1) ?? 0) };
    }
    missing -= ends.length;
  }
  return { sequence: segments[0]?.sequence ?? 0, offset: 0 };
}

function entryBytes({ time, stream, content }: LogEntry): number {
  return time.length + stream.length + content.length + 5;
}
