import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { ApiEnv } from '../api-env.ts';
import { streamBody } from './stream-body.ts';

/** A stream that counts what it was asked for, behind an app. */
function countingStream(options: { endAfterMs?: number; closing?: AbortSignal } = {}) {
  const made = { chunks: 0, ended: false };
  const app = new Hono<ApiEnv>();
  app.get('/', (c) => {
    c.set('warnings', []);
    return streamBody(c, {
      contentType: 'text/plain',
      closing: options.closing ?? new AbortController().signal,
      ...(options.endAfterMs !== undefined && { endAfterMs: options.endAfterMs }),
      async *chunks(signal) {
        try {
          while (!signal.aborted) {
            made.chunks += 1;
            yield new Uint8Array(1024 * 1024);
            // Lets timers and aborts through, as any real source does.
            await new Promise(setImmediate);
          }
        } finally {
          made.ended = true;
        }
      },
    });
  });
  return { made, response: app.request('/') };
}

test('a client that does not read holds nothing back but one chunk', async () => {
  const { made, response } = countingStream();
  const reader = (await response).body?.getReader();
  await new Promise(setImmediate);
  expect(made.chunks).toBe(0);
  await reader?.read();
  await new Promise(setImmediate);
  expect(made.chunks).toBe(1);
  await reader?.cancel();
  expect(made.ended).toBe(true);
});

async function readAll(response: Response | Promise<Response>): Promise<void> {
  const reader = (await response).body?.getReader();
  while (!(await reader?.read())?.done);
}

test('the stream ends when its time is over, and when the server closes', async () => {
  const timed = countingStream({ endAfterMs: 1 });
  await readAll(timed.response);
  expect(timed.made.ended).toBe(true);
  const closing = new AbortController();
  const closed = countingStream({ closing: closing.signal });
  const reading = readAll(closed.response);
  closing.abort();
  await reading;
  expect(closed.made.ended).toBe(true);
});
