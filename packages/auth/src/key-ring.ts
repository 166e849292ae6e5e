import type { JWK } from 'jose';
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

/** @param masterKey 32 bytes */
export function createKeyRing(store: SealedKeyStore, masterKey: Uint8Array): KeyRing {
  return {
    async verificationKeys(clusterId) {
      return (await store.list(clusterId)).map(verificationKeyOf);
    },
    async signingKey(clusterId) {
      const newest = (await store.list(clusterId)).at(-1);
      if (newest !== undefined) return unsealed(newest, clusterId, masterKey);
      const key = await generateSigningKey();
      await store.insert(clusterId, sealed(key, clusterId, masterKey));
      return key;
    },
  };
}

function verificationKeyOf({ keyId, publicJwk }: SealedSigningKey): VerificationKey {
  const jwk: JWK = { ...publicJwk };
  return { kid: keyId, publicJwk: jwk };
}

function unsealed(key: SealedSigningKey, clusterId: string, masterKey: Uint8Array): SigningKey {
  const privateJwk = openKey(key.sealedPrivateJwk, ownerOf(clusterId, key.keyId), masterKey);
  return { ...verificationKeyOf(key), privateJwk };
}

function sealed(key: SigningKey, clusterId: string, masterKey: Uint8Array): SealedSigningKey {
  return {
    keyId: key.kid,
    algorithm: tokenAlgorithm,
    publicJwk: { ...key.publicJwk },
    sealedPrivateJwk: sealKey(key.privateJwk, ownerOf(clusterId, key.kid), masterKey),
  };
}

function ownerOf(clusterId: string, kid: string): string {
  return `${clusterId}/${kid}`;
}
