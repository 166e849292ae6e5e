export type LogStream = 'stdout' | 'stderr';

/** One entry of a log: a whole line (`F`), or a part of a longer one (`P`), without its newline. */
export interface LogEntry {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: LogStream;
  readonly partial: boolean;
  readonly content: Buffer;
}

/** Longer lines are written in parts of this size, as containerd does. */
const maxContentBytes = 16 * 1024;

const newline = 0x0a;

/** An entry as the CRI's log format has it: `<time> <stream> <F|P> <content>`. */
export function formatLogEntry({ time, stream, partial, content }: LogEntry): Buffer {
  return Buffer.concat([
    Buffer.from(`${time} ${stream} ${partial ? 'P' : 'F'} `),
    content,
    Buffer.from('\n'),
  ]);
}

/** The entry of one line without its newline; undefined for anything else. */
export function parseLogEntry(line: Buffer): LogEntry | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP])(?: |$)/.exec(line.toString('latin1', 0, 64));
  if (match === null) return undefined;
  const [head, time = '', stream, tag] = match;
  return {
    time,
    stream: stream === 'stdout' ? 'stdout' : 'stderr',
    partial: tag === 'P',
    content: line.subarray(head.length),
  };
}

/** How many bytes of the stream an entry stands for. */
export function sourceBytes({ partial, content }: LogEntry): number {
  return content.length + (partial ? 0 : 1);
}

/** Cuts `bytes` into lines and what stands behind the last newline. */
export function splitLines(bytes: Buffer): { readonly lines: Buffer[]; readonly rest: Buffer } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, rest: bytes.subarray(start) };
}

/** The entries of a stream's bytes, and what waits for its newline. */
export function entriesOf(
  bytes: Buffer,
  { stream, time, ended }: { readonly stream: LogStream; readonly time: string; readonly ended: boolean },
): { readonly entries: LogEntry[]; readonly rest: Buffer } {
  const { lines, rest } = splitLines(bytes);
  const entries: LogEntry[] = [];
  const addParts = (content: Buffer): Buffer => {
    let left = content;
    while (left.length > maxContentBytes) {
      entries.push({ time, stream, partial: true, content: left.subarray(0, maxContentBytes) });
      left = left.subarray(maxContentBytes);
    }
    return left;
  };
  for (const line of lines) entries.push({ time, stream, partial: false, content: addParts(line) });
  const waiting = addParts(rest);
  if (!ended || waiting.length === 0) return { entries, rest: waiting };
  entries.push({ time, stream, partial: false, content: waiting });
  return { entries, rest: waiting.subarray(waiting.length) };
}

/** Nanoseconds since the epoch as RFC 3339 with nine digits, so that times compare as text. */
export function formatNanoTime(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}
