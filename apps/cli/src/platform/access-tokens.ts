import { z } from 'zod';
import type { Api } from '../api/api.ts';

/** Paths within a cluster. */
export const tokenPaths = {
  tokens: '/apis/access.berth.dev/v1/tokens',
  token: (name: string) => `${tokenPaths.tokens}/${encodeURIComponent(name)}`,
};

/** `Token.spec`, as far as it is given. */
export interface TokenWish {
  readonly type?: 'User' | 'Deploy';
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly scope?: {
    readonly clusters?: readonly string[];
    readonly namespaces?: readonly string[];
    readonly verbs?: readonly string[];
  };
  readonly expirationSeconds?: number;
}

const made = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ token: z.string(), expirationTimestamp: z.string().optional() }),
});

/** A new token, which is shown nowhere else. */
export interface MadeToken {
  /** The Token as the API answered it. */
  readonly object: unknown;
  readonly name: string;
  readonly token: string;
  readonly expirationTimestamp: string | undefined;
}

/** @param name '' to have one made up, which begins with `prefix` */
export async function createAccessToken(
  api: Api,
  wish: {
    readonly cluster: string;
    readonly name?: string | undefined;
    readonly prefix: string;
    readonly spec: TokenWish;
  },
): Promise<MadeToken> {
  const { cluster, name, prefix, spec } = wish;
  const object = await api.call({
    method: 'POST',
    cluster,
    path: tokenPaths.tokens,
    body: {
      apiVersion: 'access.berth.dev/v1',
      kind: 'Token',
      metadata: name === undefined ? { generateName: prefix } : { name },
      spec,
    },
  });
  const { metadata, status } = made.parse(object);
  return {
    object,
    name: metadata.name,
    token: status.token,
    expirationTimestamp: status.expirationTimestamp,
  };
}
