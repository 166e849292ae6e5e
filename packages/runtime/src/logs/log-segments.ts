import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type LogStream, parseLogEntry, sourceBytes, splitLines } from './log-line.ts';

export const maxSegmentBytes = 10 * 1024 * 1024;
export const maxSegments = 5;

/** How much of each stream stands in the log. */
export type StreamOffsets = Record<LogStream, number>;

/**
 * One file of a log. Its name carries the streams' offsets at its beginning, so the file alone tells how far the streams
 * have been taken over: no second file has to agree with it.
 */
export interface LogSegment {
  readonly path: string;
  readonly sequence: number;
  readonly offsets: StreamOffsets;
}

/** The segments of a log directory, oldest first; none where it does not exist. */
export async function listSegments(directory: string): Promise<LogSegment[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .flatMap((name) => {
      const match = /^(\d+)-(\d+)-(\d+)\.log$/.exec(name);
      if (match === null) return [];
      const [sequence = 0, stdout = 0, stderr = 0] = match.slice(1).map(Number);
      return [{ path: join(directory, name), sequence, offsets: { stdout, stderr } }];
    })
    .sort((a, b) => a.sequence - b.sequence);
}

/** Appends to a log and rotates it: segments of 10 MiB, of which the newest five stay. */
export class SegmentWriter {
  readonly offsets: StreamOffsets;
  readonly #directory: string;
  #sequence: number;
  #handle: FileHandle;
  #sizeBytes: number;

  private constructor(
    directory: string,
    segment: LogSegment,
    file: { handle: FileHandle; sizeBytes: number },
  ) {
    this.#directory = directory;
    this.#sequence = segment.sequence;
    this.offsets = { ...segment.offsets };
    this.#handle = file.handle;
    this.#sizeBytes = file.sizeBytes;
  }

  /** Goes on where the last writer stopped, even in the middle of a line. */
  static async open(directory: string): Promise<SegmentWriter> {
    await mkdir(directory, { recursive: true });
    const last = (await listSegments(directory)).at(-1) ?? segmentOf(directory, 0, { stdout: 0, stderr: 0 });
    const content = await readFile(last.path).catch(() => Buffer.alloc(0));
    const { lines, rest } = splitLines(content);
    const sizeBytes = content.length - rest.length;
    if (rest.length > 0) await truncate(last.path, sizeBytes);
    const writer = new SegmentWriter(directory, last, { handle: await open(last.path, 'a'), sizeBytes });
    for (const line of lines) {
      const entry = parseLogEntry(line);
      if (entry !== undefined) writer.offsets[entry.stream] += sourceBytes(entry);
    }
    return writer;
  }

  /** @param taken how much of each stream `bytes` stands for. */
  async append(bytes: Buffer, taken: StreamOffsets): Promise<void> {
    await this.#handle.appendFile(bytes);
    this.#sizeBytes += bytes.length;
    this.offsets.stdout += taken.stdout;
    this.offsets.stderr += taken.stderr;
    if (this.#sizeBytes >= maxSegmentBytes) await this.#rotate();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #rotate(): Promise<void> {
    const next = segmentOf(this.#directory, this.#sequence + 1, this.offsets);
    const handle = await open(next.path, 'a');
    await this.#handle.close();
    this.#handle = handle;
    this.#sequence = next.sequence;
    this.#sizeBytes = 0;
    const segments = await listSegments(this.#directory);
    for (const old of segments.slice(0, -maxSegments)) await rm(old.path, { force: true });
  }
}

function segmentOf(directory: string, sequence: number, offsets: StreamOffsets): LogSegment {
  const number = String(sequence).padStart(6, '0');
  const path = join(directory, `${number}-${offsets.stdout}-${offsets.stderr}.log`);
  return { path, sequence, offsets: { ...offsets } };
}
