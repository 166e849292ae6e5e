import { randomBytes } from 'node:crypto';
import type { MasterKeys } from './master-keys.ts';
import { keyBytes, openBytes, sealBytes } from './seal-bytes.ts';
import { openDataKey, sealKey } from './seal-key.ts';

/** A cluster's data key as it rests: sealed under a master key. */
interface SealedDataKey {
  readonly keyId: string;
  readonly sealedKey: string;
}

/** Makes and opens data keys, and seals bodies with them: the cryptography of the store's `BodyCipher`. */
interface BodyCipher {
  /** The resources whose bodies rest sealed, as the store names them. */
  readonly resources: ReadonlySet<string>;
  newKey(
    clusterId: string,
  ): Promise<SealedDataKey & { readonly key: Uint8Array; readonly madeUnder: string }>;
  /** @throws SealError, MasterKeyError */
  openKey(clusterId: string, sealed: SealedDataKey): Promise<Uint8Array>;
  /** @param owner is authenticated: a body that is moved elsewhere does not open there */
  seal(body: string, owner: string, key: Uint8Array): string;
  /** @throws SealError */
  open(sealed: string, owner: string, key: Uint8Array): string;
}

/** Envelope encryption: bodies under data keys, data keys under the newest master key. */
export function createBodyCipher(masterKeys: MasterKeys, resources: Iterable<string>): BodyCipher {
  return {
    resources: new Set(resources),
    async newKey(clusterId) {
      const key = randomBytes(keyBytes);
      const keyId = randomBytes(8).toString('hex');
      const { id: madeUnder } = await masterKeys.current();
      const sealedKey = await sealKey(key, dataKeyOwner(clusterId, keyId), masterKeys);
      return { keyId, sealedKey, key, madeUnder };
    },
    openKey: (clusterId, { keyId, sealedKey }) =>
      openDataKey(sealedKey, dataKeyOwner(clusterId, keyId), masterKeys),
    seal: sealBytes,
    open: (sealed, owner, key) => openBytes(sealed, owner, key).toString(),
  };
}

/** What a data key is sealed for. */
export function dataKeyOwner(clusterId: string, keyId: string): string {
  return `data-key/${clusterId}/${keyId}`;
}
