import { Readable, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Pace } from '@berth/fairness';
import type { SelectedPage } from '../objects/list-page.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { listParts } from './list-parts.ts';
import type { Output } from './negotiate.ts';
import { acceptsGzip, contentTypeOf, gzipFromBytes, gzipLevel, sendText } from './send.ts';
import { streamBody } from './stream-body.ts';

/** A piece of a long answer. Where others wait: as much as the thread encrypts and sends in a fraction of a millisecond. */
const chunkLength = 1024 * 1024;
const contendedChunkLength = 128 * 1024;

/**
 * Answers with a list. A short one is made and sent at once. A long one is made in slices while it is sent, so that
 * it neither keeps the thread from other requests nor stands whole in memory.
 */
export async function sendList(
  request: ResourceRequest,
  page: SelectedPage,
  output: Output,
): Promise<Response> {
  const { c, deps } = request;
  c.set('listedObjects', page.items.length);
  const parts = listParts(request, page, output);
  const pace = c.get('pace');
  pace.restart();
  const first = gather(parts, pace);
  const contentType = contentTypeOf(output.format);
  if (first.isLast) return sendText(c, { text: first.text, contentType });
  const chunks = () => laterChunks(first.text, parts, pace);
  if (!acceptsGzip(c)) return streamBody(c, { contentType, closing: deps.closing, chunks });
  c.header('Content-Encoding', 'gzip');
  c.header('Vary', 'Accept-Encoding');
  return streamBody(c, { contentType, closing: deps.closing, chunks: () => compressed(chunks()) });
}

async function* laterChunks(
  first: string,
  parts: Generator<string, void>,
  pace: Pace,
): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(first);
  for (let isLast = false; !isLast; ) {
    await pace.turn();
    const chunk = gather(parts, pace);
    ({ isLast } = chunk);
    if (chunk.text !== '') yield Buffer.from(chunk.text);
  }
}

async function* compressed(chunks: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  const gzip = createGzip({ level: gzipLevel, chunkSize: gzipFromBytes });
  // What goes wrong on one side comes out on the other.
  pipeline(Readable.from(chunks), gzip, () => {});
  const compressedChunks: AsyncIterable<Uint8Array> = gzip;
  yield* compressedChunks;
}

interface Gathered {
  readonly text: string;
  readonly isLast: boolean;
}

/** Pieces up to the size of a chunk, or as many as one slice of time gives. */
function gather(parts: Generator<string, void>, pace: Pace): Gathered {
  const longest = pace.isContended ? contendedChunkLength : chunkLength;
  const pieces: string[] = [];
  for (let length = 0; ; ) {
    const { done, value } = parts.next();
    if (done) return { text: pieces.join(''), isLast: true };
    pieces.push(value);
    length += value.length;
    if (length >= longest || pace.isDue()) return { text: pieces.join(''), isLast: false };
  }
}
