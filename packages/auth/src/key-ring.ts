import type { JWK } from 'jose';
import type { MasterKeys } from './master-keys.ts';
import { openKey, sealKey } from './seal-key.ts';
import { generateSigningKey, type SigningKey, tokenAlgorithm, type VerificationKey } from './signing-key.ts';

/** A signing key as it rests: the private half sealed under the master key. */
export interface SealedSigningKey {
  readonly keyId: string;
  readonly algorithm: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly sealedPrivateJwk: string;
}

/** Where sealed keys rest. `list` answers the oldest key first. */
export interface SealedKeyStore {
  list(clusterId: string): Promise<readonly SealedSigningKey[]>;
  insert(clusterId: string, key: SealedSigningKey): Promise<unknown>;
}

/** The token keys of all clusters. Holds nothing itself: callers that ask often cache the answers. */
export interface KeyRing {
  /** What may have signed a cluster's tokens; empty for a cluster that has never issued one. */
  verificationKeys(clusterId: string): Promise<readonly VerificationKey[]>;
  /** The key that signs the cluster's next token, made on first use. Concurrent first uses may make two; both stay good. */
  signingKey(clusterId: string): Promise<SigningKey>;
}

export function createKeyRing(store: SealedKeyStore, masterKeys: MasterKeys): KeyRing {
  return {
    async verificationKeys(clusterId) {
      return (await store.list(clusterId)).map(verificationKeyOf);
    },
    async signingKey(clusterId) {
      const newest = (await store.list(clusterId)).at(-1);
      if (newest !== undefined) return unsealed(newest, clusterId, masterKeys);
      const key = await generateSigningKey();
      await store.insert(clusterId, await sealed(key, clusterId, masterKeys));
      return key;
    },
  };
}

function verificationKeyOf({ keyId, publicJwk }: SealedSigningKey): VerificationKey {
  const jwk: JWK = { ...publicJwk };
  return { kid: keyId, publicJwk: jwk };
}

async function unsealed(
  key: SealedSigningKey,
  clusterId: string,
  masterKeys: MasterKeys,
): Promise<SigningKey> {
  const opened = await openKey(key.sealedPrivateJwk, signingKeyOwner(clusterId, key.keyId), masterKeys);
  // GCM proves that these are the bytes that were sealed.
  const privateJwk: JWK = JSON.parse(opened.toString());
  return { ...verificationKeyOf(key), privateJwk };
}

async function sealed(key: SigningKey, clusterId: string, masterKeys: MasterKeys): Promise<SealedSigningKey> {
  return {
    keyId: key.kid,
    algorithm: tokenAlgorithm,
    publicJwk: { ...key.publicJwk },
    sealedPrivateJwk: await sealKey(
      JSON.stringify(key.privateJwk),
      signingKeyOwner(clusterId, key.kid),
      masterKeys,
    ),
  };
}

/** What a signing key is sealed for. */
export function signingKeyOwner(clusterId: string, kid: string): string {
  return `${clusterId}/${kid}`;
}
