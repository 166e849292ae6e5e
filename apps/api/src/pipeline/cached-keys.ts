import type { KeyRing, VerificationKey } from '@berth/auth';
import { LRUCache } from 'lru-cache';

const maxClusters = 5_000;
const keptForMs = 60_000;
/** How long a cluster without the wanted key is not asked for again: the bound on what forged tokens cost. */
const missKeptForMs = 1_000;

/**
 * A cluster's verification keys, cached. A key id that the cache does not have is looked up again after a second, so that
 * the first token of a new or rotated key is good almost at once. Concurrent callers share one look-up.
 */
export function cachedKeys(
  ring: KeyRing,
): (clusterId: string, kid: string) => Promise<readonly VerificationKey[]> {
  const cache = new LRUCache<string, readonly VerificationKey[]>({
    max: maxClusters,
    ttl: keptForMs,
    fetchMethod: (clusterId) => ring.verificationKeys(clusterId),
  });
  return async (clusterId, kid) => {
    const keys = (await cache.fetch(clusterId)) ?? [];
    if (keys.some((key) => key.kid === kid)) return keys;
    const isStale = keptForMs - cache.getRemainingTTL(clusterId) >= missKeptForMs;
    return isStale ? ((await cache.fetch(clusterId, { forceRefresh: true })) ?? []) : keys;
  };
}
