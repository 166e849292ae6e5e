import { setTimeout as delay } from 'node:timers/promises';
import type { KeyRing, VerificationKey } from '@berth/auth';
import { LRUCache } from 'lru-cache';

const maxClusters = 5_000;
/** A key that is removed signs and verifies nothing a second later, in every process. */
const keptForMs = 450;
/** How often a cluster is looked up again for keys that it does not have: the bound on what forged tokens cost. */
const lookAgainAfterMs = 250;

/** The keys of a cluster, for a token that names key `kid`; absent: whatever they are. */
export type KeysOf = (clusterId: string, kid?: string) => Promise<readonly VerificationKey[]>;

/**
 * A cluster's verification keys, cached. For a key id that the cache does not have, they are looked up again, so that the
 * first token of a new key is good at once; whoever asks too soon after the last look waits for the next. Concurrent
 * callers share one look-up.
 */
export function cachedKeys(ring: Pick<KeyRing, 'verificationKeys'>): KeysOf {
  const cache = new LRUCache<string, readonly VerificationKey[]>({
    max: maxClusters,
    ttl: keptForMs,
    fetchMethod: (clusterId) => ring.verificationKeys(clusterId),
  });
  const ageMs = (clusterId: string): number => keptForMs - cache.getRemainingTTL(clusterId);
  return async (clusterId, kid) => {
    const isKnown = cache.has(clusterId);
    const keys = (await cache.fetch(clusterId)) ?? [];
    if (!isKnown || kid === undefined || keys.some((key) => key.kid === kid)) return keys;
    const waitMs = lookAgainAfterMs - ageMs(clusterId);
    if (waitMs > 0) await delay(waitMs);
    const isStillOld = ageMs(clusterId) >= lookAgainAfterMs;
    return (await cache.fetch(clusterId, { forceRefresh: isStillOld })) ?? [];
  };
}
