import type { MasterKeys } from './master-keys.ts';
import { keyBytes, openBytes, SealError, sealBytes } from './seal-bytes.ts';

/**
 * Seals a key for storage, under the newest master key.
 *
 * @param key its bytes, or the JSON of a private JWK
 * @param owner what the key belongs to (`<clusterId>/<keyId>`). It is authenticated, so that a sealed key which is moved to
 *   another cluster's row does not open there.
 * @returns `v2.<id of the master key>.<sealed bytes>`
 */
export async function sealKey(
  key: Uint8Array | string,
  owner: string,
  masterKeys: Pick<MasterKeys, 'current'>,
): Promise<string> {
  const { id, bytes } = await masterKeys.current();
  return `${sealedKeyPrefix(id)}${sealBytes(key, owner, bytes)}`;
}

/** What every key begins with that this master key sealed. */
export function sealedKeyPrefix(masterKeyId: string): string {
  return `v2.${masterKeyId}.`;
}

/** The same key under the newest master key; undefined if it is that already. @throws SealError, MasterKeyError */
export async function resealKey(
  sealed: string,
  owner: string,
  masterKeys: MasterKeys,
): Promise<string | undefined> {
  const { id } = await masterKeys.current();
  if (sealed.startsWith(sealedKeyPrefix(id))) return undefined;
  return sealKey(await openKey(sealed, owner, masterKeys), owner, masterKeys);
}

/** Opens what {@link sealKey} made. @throws SealError, MasterKeyError when its master key is not at hand */
export async function openKey(sealed: string, owner: string, masterKeys: MasterKeys): Promise<Buffer> {
  const { masterKeyId, payload } = parsed(sealed);
  if (masterKeyId !== undefined) {
    const { bytes } = await masterKeys.find(masterKeyId);
    return openBytes(payload, owner, bytes);
  }
  // The first form did not name its key.
  for (const { bytes } of await masterKeys.all()) {
    try {
      return openBytes(payload, owner, bytes);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
    }
  }
  throw new SealError('the sealed key does not open with any of the master keys, or for this owner');
}

/** Opens a data key. @throws SealError when it has not the length of one */
export async function openDataKey(sealed: string, owner: string, masterKeys: MasterKeys): Promise<Buffer> {
  const key = await openKey(sealed, owner, masterKeys);
  if (key.length !== keyBytes) throw new SealError(`a data key has ${key.length} bytes`);
  return key;
}

function parsed(sealed: string): { masterKeyId: string | undefined; payload: string } {
  const [version, second = '', third] = sealed.split('.');
  if (version === 'v2' && third !== undefined) return { masterKeyId: second, payload: third };
  if (version === 'v1' && third === undefined) return { masterKeyId: undefined, payload: second };
  throw new SealError('the sealed key is not of a known form');
}
