import { appendFile, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogQuery } from '../pod-runtime.ts';
import { ContainerLog } from './container-log.ts';
import { listSegments, maxSegmentBytes, maxSegments } from './log-segments.ts';
import { readLog } from './read-log.ts';

type Query = Partial<Omit<LogQuery, 'container' | 'previous'>>;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-log-'));
});
afterEach(() => rm(directory, { recursive: true }));

const write = (text: string, stream = 'stdout') => appendFile(join(directory, stream), text);
const read = async (log: ContainerLog, query: Query = {}): Promise<string> => {
  const chunks: Uint8Array[] = [];
  const whole = { follow: false, timestamps: false, ...query };
  for await (const chunk of readLog(log, whole, new AbortController().signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};
const finished = async (): Promise<ContainerLog> => {
  const log = new ContainerLog(directory);
  await log.finish();
  return log;
};

describe('a log', () => {
  it('has the CRI format: time with nanoseconds, stream, tag, content', async () => {
    await write('out\n\nlast without newline');
    await write('err\n', 'stderr');
    const log = await finished();
    const [segment] = await listSegments(log.directory);
    const lines = (await readFile(segment?.path ?? '', 'utf8')).trimEnd().split('\n');
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z`;
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(new RegExp(`^${time} stdout F out$`));
    expect(lines[1]).toMatch(new RegExp(`^${time} stdout F $`));
    expect(
      lines
        .slice(2)
        .map((line) => line.slice(31))
        .sort(),
    ).toEqual(['stderr F err', 'stdout F last without newline']);
  });

  it('keeps the order of two streams that were written one after the other', async () => {
    const log = new ContainerLog(directory);
    await write('first\n', 'stderr');
    await log.pump();
    await write('second\n');
    await log.pump();
    await write('third\n', 'stderr');
    await log.finish();
    expect(await read(log)).toBe('first\nsecond\nthird\n');
  });

  it('parts lines over 16 KiB and reads them as one', async () => {
    const long = 'x'.repeat(40_000);
    await write(`${long}\nshort\n`);
    const log = await finished();
    expect(await read(log)).toBe(`${long}\nshort\n`);
    expect(await read(log, { tailLines: 1 })).toBe('short\n');
    expect((await read(log, { timestamps: true })).split('\n')[0]).toHaveLength(31 + 40_000);
  });

  it.each<[string, Query, string]>([
    ['all', {}, '1\n2\n3\n4\n'],
    ['the last lines', { tailLines: 2 }, '3\n4\n'],
    ['more lines than there are', { tailLines: 9 }, '1\n2\n3\n4\n'],
    ['no lines', { tailLines: 0 }, ''],
    ['at most so many bytes', { limitBytes: 3 }, '1\n2'],
    ['since a time in the past', { sinceTime: new Date(0) }, '1\n2\n3\n4\n'],
    ['since a time to come', { sinceTime: new Date(Date.now() + 60_000) }, ''],
  ])('gives %s', async (_name, query, expected) => {
    await write('1\n2\n3\n4\n');
    expect(await read(await finished(), query)).toBe(expected);
  });

  it('rotates at 10 MiB, keeps five segments, and loses or doubles no line over it', async () => {
    const log = new ContainerLog(directory);
    const line = 'y'.repeat(1000);
    const perRound = 11_000;
    for (let round = 0; round < 6; round += 1) {
      const lines = Array.from({ length: perRound }, (_, index) => `${round * perRound + index} ${line}`);
      await write(`${lines.join('\n')}\n`);
      await log.pump();
    }
    await log.finish();
    const segments = await listSegments(log.directory);
    expect(segments).toHaveLength(maxSegments);
    for (const segment of segments.slice(0, -1)) {
      expect((await readFile(segment.path)).length).toBeGreaterThanOrEqual(maxSegmentBytes);
    }
    const numbers = (await read(log))
      .trimEnd()
      .split('\n')
      .map((text) => Number(text.split(' ')[0]));
    expect(numbers.at(-1)).toBe(6 * perRound - 1);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect((await read(log, { tailLines: 20_000 })).trimEnd().split('\n')).toHaveLength(20_000);
  });

  it('removes the plain files at the end', async () => {
    await write('a\n');
    await finished();
    expect(await readdir(directory)).toEqual(['log']);
  });
});

describe('a log after a crash of its writer', () => {
  it.each([0, 1, 7, 30, 45])(
    'goes on exactly where it ends, though %i bytes were torn off',
    async (tornBytes) => {
      await write('one\ntwo\nthree\n');
      const before = new ContainerLog(directory);
      await before.pump();
      await before.close();
      const [segment] = await listSegments(before.directory);
      const { length } = await readFile(segment?.path ?? '');
      await truncate(segment?.path ?? '', length - tornBytes);
      await write('four\nfive');
      expect(await read(await finished())).toBe('one\ntwo\nthree\nfour\nfive\n');
    },
  );

  it('stamps lines that were written meanwhile with the time of writing', async () => {
    await write('old\n');
    const { utimes } = await import('node:fs/promises');
    await utimes(
      join(directory, 'stdout'),
      new Date('2026-01-01T00:00:00Z'),
      new Date('2026-01-01T00:00:00Z'),
    );
    expect(await read(await finished(), { timestamps: true })).toBe('2026-01-01T00:00:00.000000000Z old\n');
  });
});

describe('following a log', () => {
  it('gives each line as it is written and ends with the container', async () => {
    const log = new ContainerLog(directory);
    await write('one\n');
    const seen: string[] = [];
    const following = (async () => {
      const query = { follow: true, timestamps: false };
      for await (const chunk of readLog(log, query, new AbortController().signal)) {
        seen.push(Buffer.from(chunk).toString());
        if (seen.join('') === 'one\n') {
          await write('two\n');
          void log.pump();
        } else if (seen.join('') === 'one\ntwo\n') {
          await write('three');
          void log.finish();
        }
      }
    })();
    await following;
    expect(seen.join('')).toBe('one\ntwo\nthree\n');
  });

  it('ends when the reader goes away', async () => {
    const log = new ContainerLog(directory);
    await write('one\n');
    const reader = new AbortController();
    for await (const _ of readLog(log, { follow: true, timestamps: false }, reader.signal)) reader.abort();
    await log.close();
  });
});
