import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiContext } from '../api-env.ts';
import { warningHeaders } from './warning-header.ts';

export interface StreamedAnswer {
  readonly contentType: string;
  readonly status?: ContentfulStatusCode;
  /** The stream ends after this time, if given. */
  readonly endAfterMs?: number;
  /** The stream ends when this aborts. */
  readonly closing: AbortSignal;
  /** Makes the chunks; must come to its end soon after the signal aborts. */
  readonly chunks: (signal: AbortSignal) => AsyncGenerator<Uint8Array, void>;
}

/** Timers of Node cannot wait longer; nobody does either. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * Answers with a stream that is pulled by the client's reading: at most one chunk waits for it. The headers are sent at
 * once, and the stream's work ends with the connection, or when the token of the request is revoked.
 */
export function streamBody(c: ApiContext, answer: StreamedAnswer): Response {
  const gone = new AbortController();
  const timer =
    answer.endAfterMs === undefined
      ? undefined
      : setTimeout(() => gone.abort(), Math.min(answer.endAfterMs, longestTimeoutMs));
  const chunks = answer.chunks(AbortSignal.any([gone.signal, answer.closing]));
  const forget = c.get('untilRevoked')?.(() => gone.abort());
  const end = () => {
    clearTimeout(timer);
    forget?.();
    gone.abort();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      },
      async cancel() {
        end();
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
  for (const header of warningHeaders(c.get('warnings'))) c.header('Warning', header, { append: true });
  c.header('Content-Type', answer.contentType);
  return c.body(body, answer.status ?? 200);
}
