import { systemClusterId } from './identity.ts';
import { type SealedKeyStore, signingKeyOwner } from './key-ring.ts';
import type { MasterKeys } from './master-keys.ts';
import { openKey } from './seal-key.ts';

/**
 * Refuses master keys that do not open what the fleet's own cluster has: at start, rather than at the first Secret.
 *
 * @throws MasterKeyError that names the key which is needed, SealError
 */
export async function verifyMasterKeys(
  store: Pick<SealedKeyStore, 'list'>,
  masterKeys: MasterKeys,
): Promise<void> {
  for (const { keyId, sealedPrivateJwk } of await store.list(systemClusterId)) {
    await openKey(sealedPrivateJwk, signingKeyOwner(systemClusterId, keyId), masterKeys);
  }
}
