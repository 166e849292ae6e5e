import { requestEntityTooLargeError } from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';

/** As kube-apiserver limits bodies: 3 MiB. */
export const maxBodyBytes = 3 * 1024 * 1024;

/**
 * The whole request body, at most {@link maxBodyBytes}. It is read from the connection itself, so that a body that is
 * too large is refused as soon as it is, and never held.
 *
 * @throws StatusError `RequestEntityTooLarge`
 */
export async function readBody(c: ApiContext): Promise<Buffer> {
  const declaredBytes = Number(c.req.header('content-length') ?? 0);
  if (declaredBytes > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // A body that is refused half-way must not take the connection, and with it the answer, away.
  const incoming: AsyncIterable<Buffer> = c.env.incoming.iterator({ destroyOnReturn: false });
  for await (const chunk of incoming) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge() {
  return requestEntityTooLargeError(`limit is ${maxBodyBytes}`);
}
