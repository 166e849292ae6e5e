import { createHash } from 'node:crypto';
import type { KindRegistry } from '@berth/kinds';
import type { ApiContext } from '../api-env.ts';
import { sendText } from './send.ts';

/** A document that changes only with the kinds that a cluster serves. */
export interface Document {
  readonly text: string;
  /** SHA-256 of the text, in hexadecimal. */
  readonly hash: string;
}

/** Makes each document once per registry, at first use. */
export function documentCache<Key extends string>(
  make: (registry: KindRegistry, key: Key) => object | undefined,
): (registry: KindRegistry, key: Key) => Document | undefined {
  const documents = new WeakMap<KindRegistry, Map<Key, Document | undefined>>();
  return (registry, key) => {
    const made = documents.get(registry) ?? new Map<Key, Document | undefined>();
    documents.set(registry, made);
    if (!made.has(key)) {
      const value = make(registry, key);
      // Keys come from URLs: what is not there is not remembered.
      if (value === undefined) return undefined;
      made.set(key, documentOf(value));
    }
    return made.get(key);
  };
}

function documentOf(value: object): Document {
  const text = JSON.stringify(value);
  return { text, hash: createHash('sha256').update(text).digest('hex').toUpperCase() };
}

/** Answers with a document, or with 304 to a client that has it already. */
export async function sendDocument(
  c: ApiContext,
  { text, hash }: Document,
  contentType: string,
): Promise<Response> {
  const etag = `"${hash}"`;
  c.header('ETag', etag);
  c.header('Vary', 'Accept', { append: true });
  if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304);
  return sendText(c, { text, contentType });
}
