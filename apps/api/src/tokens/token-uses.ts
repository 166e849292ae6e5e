import type { TokenDependency } from '@berth/auth';
import type { Store } from '@berth/store';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { ApiDeps } from '../api-deps.ts';

/** A use is told of at most once in this time, by whichever process sees it. */
const toldEveryMs = 60_000;
const rememberedTokens = 10_000;

type Used = Pick<TokenDependency, 'clusterId' | 'resource' | 'namespace' | 'name' | 'uid'>;

/**
 * Keeps when tokens were last used, beside their objects. It is told after the fact, and never keeps a request waiting: a
 * use may go untold when the database is away.
 */
export function tokenUses({
  store,
  now,
  log,
}: Pick<ApiDeps, 'store' | 'now' | 'log'>): (token: Used) => void {
  const told = new LRUCache<string, true>({ max: rememberedTokens, ttl: toldEveryMs });
  return (token) => {
    if (told.has(token.uid)) return;
    told.set(token.uid, true);
    tell(store, token, now()).catch((err: unknown) => report(log, err));
  };
}

/** Another process may have told of the same token just now: a row is overwritten at most once in a minute. */
async function tell(
  { heartbeats }: Pick<Store, 'heartbeats'>,
  { clusterId, resource, namespace, name, uid }: Used,
  at: Date,
): Promise<void> {
  const key = { resource, namespace, name };
  const last = await heartbeats.get(clusterId, key);
  if (last?.uid === uid && at.getTime() - parseUse(last.body).getTime() < toldEveryMs) return;
  const body = JSON.stringify({ lastUsedTimestamp: at.toISOString() });
  await heartbeats.put(clusterId, { ...key, uid, body, expectedRevision: last?.revision ?? 0 });
}

/** When a use was told of. */
export function parseUse(body: string): Date {
  const { lastUsedTimestamp }: { lastUsedTimestamp: string } = JSON.parse(body);
  return new Date(lastUsedTimestamp);
}

function report(log: Logger, err: unknown): void {
  log.debug({ err }, 'the use of a token was not told');
}
