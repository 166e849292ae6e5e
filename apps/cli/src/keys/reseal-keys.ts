import { dataKeyOwner, type MasterKeys, resealKey, sealedKeyPrefix, signingKeyOwner } from '@berth/auth';
import type { Store } from '@berth/store';

const clustersAtOnce = 200;

/**
 * Seals every signing and data key of the fleet under the newest master key. Takes what is left to do from the database, so
 * that it may be ended at any moment and begun again.
 *
 * @returns how many keys were sealed anew
 * @throws MasterKeyError, SealError for a key that does not open: everything before it is done
 */
export async function resealKeys(store: Pick<Store, 'storedKeys'>, masterKeys: MasterKeys): Promise<number> {
  const prefix = sealedKeyPrefix((await masterKeys.current()).id);
  let resealed = 0;
  for (;;) {
    const clusterIds = await store.storedKeys.clustersSealedOtherwise(prefix, clustersAtOnce);
    if (clusterIds.length === 0) return resealed;
    for (const clusterId of clusterIds) resealed += await resealKeysOf(store, clusterId, masterKeys);
  }
}

async function resealKeysOf(
  { storedKeys }: Pick<Store, 'storedKeys'>,
  clusterId: string,
  masterKeys: MasterKeys,
): Promise<number> {
  let resealed = 0;
  for (const key of await storedKeys.list(clusterId)) {
    const ownerOf = key.use === 'signing' ? signingKeyOwner : dataKeyOwner;
    const sealed = await resealKey(key.sealed, ownerOf(clusterId, key.keyId), masterKeys);
    if (sealed !== undefined && (await storedKeys.replace(clusterId, key, sealed))) resealed += 1;
  }
  return resealed;
}
