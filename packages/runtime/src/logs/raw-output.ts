import { execFile } from 'node:child_process';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { entriesOf, type LogEntry, type LogStream, formatNanoTime } from './log-line.ts';

const readBytes = 256 * 1024;
/** How much taken-over output may take up the disk before it is given back. */
const reclaimBytes = 16 * 1024 * 1024;

/** What one read of a stream gave. */
export interface RawRead {
  readonly entries: readonly LogEntry[];
  /** When the stream was last written to: no line of the read is younger. */
  readonly writtenAt: bigint;
}

/**
 * The file to which a container's stream goes. The container appends; this follows, and gives the disk back behind
 * itself by punching holes, so that a container that never ends does not fill it. Offsets stay what they are.
 */
export class RawOutput {
  readonly stream: LogStream;
  readonly #path: string;
  #handle: FileHandle | undefined;
  #offset: number;
  #reclaimed: number;
  #rest: Buffer = Buffer.alloc(0);

  /** @param offset how much of the stream has been taken over already. */
  constructor(path: string, stream: LogStream, offset: number) {
    this.#path = path;
    this.stream = stream;
    this.#offset = offset;
    this.#reclaimed = offset;
  }

  /** When the stream was last written to, if it holds something that has not been read. */
  async unreadSince(): Promise<bigint | undefined> {
    const handle = await this.#open();
    if (handle === undefined) return undefined;
    const { size, mtimeNs } = await handle.stat({ bigint: true });
    return Number(size) > this.#offset ? mtimeNs : undefined;
  }

  /** The next lines; after the container's end also the last one without a newline. */
  async read(options: { readonly ended: boolean }): Promise<RawRead> {
    const handle = await this.#open();
    if (handle === undefined) return { entries: [], writtenAt: 0n };
    const { mtimeNs } = await handle.stat({ bigint: true });
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafe(readBytes),
      0,
      readBytes,
      this.#offset,
    );
    this.#offset += bytesRead;
    const bytes = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)]);
    const { entries, rest } = entriesOf(bytes, {
      stream: this.stream,
      time: formatNanoTime(mtimeNs),
      ended: options.ended && bytesRead === 0,
    });
    // A copy, so that a few waiting bytes do not hold the whole read in memory.
    this.#rest = Buffer.from(rest);
    return { entries, writtenAt: mtimeNs };
  }

  /** Gives the disk back up to `offset`, where the file system can. */
  reclaim(offset: number): void {
    if (offset - this.#reclaimed < reclaimBytes) return;
    const from = this.#reclaimed;
    this.#reclaimed = offset;
    // Where the command or the file system cannot, the file stays whole until the container ends.
    execFile(
      'fallocate',
      ['--punch-hole', '--offset', `${from}`, '--length', `${offset - from}`, this.#path],
      () => {},
    );
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.#path, { force: true });
  }

  async #open(): Promise<FileHandle | undefined> {
    this.#handle ??= await open(this.#path, 'r').catch(() => undefined);
    return this.#handle;
  }
}
