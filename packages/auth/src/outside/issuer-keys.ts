import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { FetchedKeys, IssuerAddress } from './fetch-issuer-keys.ts';
import { IssuerError } from './issuer-error.ts';

/** The keys of outside issuers, as far as they are known. */
export interface IssuerKeys {
  /**
   * What verifies the tokens of an issuer. Keys that are stale are used while new ones are fetched; a key id that is not
   * among them has them fetched again, at most every 10 s.
   *
   * @throws IssuerError when there are none
   */
  keysOf(issuer: IssuerAddress, reader: KeyReader): Promise<JWTVerifyGetKey>;
}

export interface KeyReader {
  /** On whose behalf: the fetches of one tenant do not keep out those of others. */
  readonly tenantId: string;
  /** The key id that is looked for; undefined for a token that names none. */
  readonly kid: string | undefined;
}

export interface IssuerKeysOptions {
  readonly fetchKeys: (issuer: IssuerAddress) => Promise<FetchedKeys>;
  readonly now: () => Date;
}

const maxIssuers = 1_000;
/** How long keys are taken for current: as long as the issuer says, within these bounds. */
const freshForSeconds = { least: 60, most: 3_600, unsaid: 300 } as const;
/** How long keys are used that could not be renewed: an issuer that is away for a while does not lock people out. */
const usableForMs = 6 * 3_600_000;
/** How soon an issuer is asked again, whether it answered or not. */
const askAgainAfterMs = 10_000;
const maxFetches = 64;
const maxFetchesOfTenant = 4;

/** Keys that are still usable serve where new ones are not to be had; the next to ask tries again. */
const ignored = (): void => undefined;

interface Entry {
  keys?: { readonly verify: JWTVerifyGetKey; readonly kids: ReadonlySet<string | undefined> };
  fetchedAtMs: number;
  freshUntilMs: number;
  askedAtMs: number;
  failure?: IssuerError;
  fetching?: Promise<void>;
}

/** Keeps the keys of the issuers that were last used. Tenants that trust the same issuer share its keys. */
export function createIssuerKeys({ fetchKeys, now }: IssuerKeysOptions): IssuerKeys {
  const entries = new LRUCache<string, Entry>({ max: maxIssuers });
  const fetchesOf = new Map<string, number>();
  let fetches = 0;

  const fetchInto = async (entry: Entry, issuer: IssuerAddress, tenantId: string): Promise<void> => {
    const own = fetchesOf.get(tenantId) ?? 0;
    if (fetches >= maxFetches || own >= maxFetchesOfTenant) {
      throw new IssuerError('Busy', 'the keys of too many issuers are being fetched');
    }
    fetches += 1;
    fetchesOf.set(tenantId, own + 1);
    entry.askedAtMs = now().getTime();
    try {
      const { jwks, maxAgeSeconds = freshForSeconds.unsaid } = await fetchKeys(issuer);
      const freshSeconds = Math.min(Math.max(maxAgeSeconds, freshForSeconds.least), freshForSeconds.most);
      entry.keys = { verify: createLocalJWKSet(jwks), kids: new Set(jwks.keys.map(({ kid }) => kid)) };
      entry.fetchedAtMs = now().getTime();
      entry.freshUntilMs = entry.fetchedAtMs + freshSeconds * 1_000;
      delete entry.failure;
    } catch (error) {
      if (error instanceof IssuerError) entry.failure = error;
      throw error;
    } finally {
      fetches -= 1;
      const left = (fetchesOf.get(tenantId) ?? 1) - 1;
      if (left > 0) fetchesOf.set(tenantId, left);
      else fetchesOf.delete(tenantId);
    }
  };
  /** One fetch at a time; whoever asks meanwhile waits for it. */
  const refresh = (entry: Entry, issuer: IssuerAddress, tenantId: string): Promise<void> => {
    entry.fetching ??= fetchInto(entry, issuer, tenantId).finally(() => delete entry.fetching);
    return entry.fetching;
  };
  const entryOf = (issuer: IssuerAddress): Entry => {
    const id = `${issuer.issuer}\n${issuer.certificateAuthority ?? ''}`;
    const known = entries.get(id);
    if (known !== undefined) return known;
    const entry: Entry = { fetchedAtMs: 0, freshUntilMs: 0, askedAtMs: Number.NEGATIVE_INFINITY };
    entries.set(id, entry);
    return entry;
  };

  return {
    async keysOf(issuer, { tenantId, kid }) {
      const entry = entryOf(issuer);
      const nowMs = now().getTime();
      const mayAsk = entry.fetching !== undefined || nowMs - entry.askedAtMs >= askAgainAfterMs;
      const { keys } = entry;
      if (keys === undefined || nowMs - entry.fetchedAtMs >= usableForMs) {
        if (!mayAsk) throw entry.failure ?? new IssuerError('Busy', 'the issuer was asked just now');
        await refresh(entry, issuer, tenantId);
      } else if (mayAsk && !keys.kids.has(kid)) {
        await refresh(entry, issuer, tenantId).catch(ignored);
      } else if (mayAsk && nowMs >= entry.freshUntilMs) {
        void refresh(entry, issuer, tenantId).catch(ignored);
      }
      if (entry.keys === undefined) throw new Error('keys were neither fetched nor refused');
      return entry.keys.verify;
    },
  };
}
