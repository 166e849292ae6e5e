import { join } from 'node:path';
import { formatLogEntry, type LogStream, sourceBytes } from './log-line.ts';
import { SegmentWriter } from './log-segments.ts';
import { RawOutput } from './raw-output.ts';

/** Stops one pass over a busy container's output from holding more than this in memory. */
const maxBatchBytes = 1024 * 1024;

/**
 * The log of one attempt of a container. The container writes to plain files, which needs nobody alive; this takes the
 * lines over into the log, with the time at which the file was written to. After a crash it goes on exactly where the log ends.
 */
export class ContainerLog {
  /** Where the segments are. */
  readonly directory: string;
  readonly #attemptDirectory: string;
  readonly #waiting = new Set<() => void>();
  #writer: SegmentWriter | undefined;
  #outputs: RawOutput[] = [];
  #pumping: Promise<void> | undefined;
  #pumpAgain = false;
  #ended = false;
  /** Only one may read the plain files: at the end that is who ends it. */
  #isEnding = false;

  constructor(attemptDirectory: string) {
    this.#attemptDirectory = attemptDirectory;
    this.directory = join(attemptDirectory, 'log');
  }

  /** Nothing will be written any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes over what the container has written. Calls during a pass make it one longer. */
  pump(): Promise<void> {
    if (this.#isEnding) return this.#pumping ?? Promise.resolve();
    this.#pumpAgain = true;
    this.#pumping ??= this.#run().finally(() => {
      this.#pumping = undefined;
    });
    return this.#pumping;
  }

  /** Takes over the rest after the container's end and removes the plain files. */
  async finish(): Promise<void> {
    if (this.#ended || this.#isEnding) return;
    await this.#endPumping();
    try {
      await this.#takeOverRest(await this.#open());
    } finally {
      this.#ended = true;
      this.#notify();
    }
  }

  /** Marks a log from before as complete. */
  markEnded(): void {
    this.#ended = true;
  }

  /** Resolves at the next change. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted || this.#ended) done();
    });
  }

  /** Lets go of the files; the container goes on. */
  async close(): Promise<void> {
    if (this.#ended || this.#isEnding) return;
    await this.#endPumping();
    for (const output of this.#outputs) await output.close();
    await this.#writer?.close();
    this.#ended = true;
    this.#notify();
  }

  async #endPumping(): Promise<void> {
    this.#isEnding = true;
    this.#pumpAgain = false;
    await this.#pumping?.catch(() => {});
  }

  async #open(): Promise<SegmentWriter> {
    if (this.#writer === undefined) {
      const writer = await SegmentWriter.open(this.directory);
      const output = (stream: LogStream) =>
        new RawOutput(join(this.#attemptDirectory, stream), stream, writer.offsets[stream]);
      this.#outputs = [output('stdout'), output('stderr')];
      this.#writer = writer;
    }
    return this.#writer;
  }

  async #run(): Promise<void> {
    while (this.#pumpAgain && !this.#ended) {
      this.#pumpAgain = false;
      const writer = await this.#open();
      while (await this.#takeOver(writer)) this.#notify();
    }
  }

  /** One batch, the stream that was written to first before the other. False when there was nothing. */
  async #takeOver(writer: SegmentWriter): Promise<boolean> {
    const unread = await Promise.all(
      this.#outputs.map(async (output) => ({ output, since: await output.unreadSince() })),
    );
    const ready = unread
      .flatMap(({ output, since }) => (since === undefined ? [] : [{ output, since }]))
      .sort((a, b) => (a.since < b.since ? -1 : 1));
    for (const { output } of ready) {
      const { entries } = await output.read({ ended: false });
      const taken = { stdout: 0, stderr: 0 };
      let lines: Buffer[] = [];
      let sizeBytes = 0;
      for (const entry of entries) {
        const line = formatLogEntry(entry);
        lines.push(line);
        sizeBytes += line.length;
        taken[entry.stream] += sourceBytes(entry);
        if (sizeBytes < maxBatchBytes) continue;
        await writer.append(Buffer.concat(lines), taken);
        lines = [];
        sizeBytes = 0;
        taken[entry.stream] = 0;
      }
      if (lines.length > 0) await writer.append(Buffer.concat(lines), taken);
      output.reclaim(writer.offsets[output.stream]);
    }
    return ready.length > 0;
  }

  async #takeOverRest(writer: SegmentWriter): Promise<void> {
    while (await this.#takeOver(writer)) this.#notify();
    for (const output of this.#outputs) {
      const { entries } = await output.read({ ended: true });
      for (const entry of entries) await writer.append(formatLogEntry(entry), { stdout: 0, stderr: 0 });
      await output.remove();
    }
    await writer.close();
  }

  #notify(): void {
    for (const done of this.#waiting) done();
  }
}
