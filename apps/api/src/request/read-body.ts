import { badRequestError, requestEntityTooLargeError, timeoutError } from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';

/** As kube-apiserver limits bodies: 3 MiB. */
const maxBodyBytes = 3 * 1024 * 1024;

/** Who decodes a body of this size holds the thread for milliseconds, and cannot be cut: one in each round of the loop. */
const largeBodyBytes = 128 * 1024;

/** How long a request may take to arrive: as long as kube-apiserver gives it in all. */
export const bodyTimeoutMs = 60_000;

/**
 * The whole request body, at most {@link maxBodyBytes}. It is read from the connection itself, so that a body that is
 * too large is refused as soon as it is, and never held.
 *
 * @throws StatusError `RequestEntityTooLarge`; `Timeout` for one that does not arrive in {@link bodyTimeoutMs}
 */
export async function readBody(c: ApiContext): Promise<Buffer> {
  const body = await receiveBody(c);
  if (body.length >= largeBodyBytes) await c.get('pace').turn();
  return body;
}

function receiveBody(c: ApiContext): Promise<Buffer> {
  const declaredBytes = Number(c.req.header('content-length') ?? 0);
  if (declaredBytes > maxBodyBytes) return Promise.reject(tooLarge());
  const { incoming } = c.env;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const settle = () => {
      clearTimeout(timer);
      incoming.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
    };
    const onData = (chunk: Buffer) => {
      sizeBytes += chunk.length;
      chunks.push(chunk);
      if (sizeBytes <= maxBodyBytes) return;
      settle();
      // The connection is left to the server, which still has the answer to send over it.
      incoming.pause();
      reject(tooLarge());
    };
    const onEnd = () => {
      settle();
      const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      c.set('requestBody', body);
      resolve(body);
    };
    const onBroken = (cause?: Error) => {
      settle();
      reject(badRequestError('the connection was closed before the body was complete', cause));
    };
    const timer = setTimeout(() => {
      settle();
      incoming.pause();
      reject(timeoutError(`the body did not arrive within ${bodyTimeoutMs / 1000} seconds`, 1));
    }, bodyTimeoutMs);
    incoming.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

function tooLarge() {
  return requestEntityTooLargeError(`limit is ${maxBodyBytes}`);
}
