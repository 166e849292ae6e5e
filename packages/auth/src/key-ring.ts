import type { JWK } from 'jose';
import { type KeyTimes, planReplacement, planRotation, type Rotation, signerAt } from './key-schedule.ts';
import type { RotationSettings } from './key-schedule.ts';
import type { MasterKeys } from './master-keys.ts';
import { openKey, sealKey } from './seal-key.ts';
import {
  generateSigningKey,
  type SigningKey,
  type TokenAlgorithm,
  tokenAlgorithms,
  type VerificationKey,
} from './signing-key.ts';

/** A signing key as it rests: the private half sealed under the master key. */
export interface SealedSigningKey extends KeyTimes {
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly sealedPrivateJwk: string;
}

/** Where sealed keys rest. */
export interface SealedKeyStore {
  list(clusterId: string): Promise<readonly SealedSigningKey[]>;
  /** The keys without their private halves. */
  listPublic(clusterId: string): Promise<ReadonlyArray<Pick<SealedSigningKey, 'keyId' | 'publicJwk'>>>;
  insert(clusterId: string, key: SealedSigningKey): Promise<unknown>;
  remove(clusterId: string, keyId: string): Promise<unknown>;
  /** Moves `usedUntil` to this time or leaves it where it is later. @returns whether the key is there */
  extendUse(clusterId: string, keyId: string, until: Date): Promise<boolean>;
}

/** What a key is asked for. */
export interface SigningUse {
  /** Default `EdDSA`. */
  readonly algorithm?: TokenAlgorithm;
  /** When the token ends; the key is kept until then. Default: when the longest of all tokens would. */
  readonly until?: Date;
}

/** The token keys of all clusters. Holds nothing itself: callers that ask often cache the answers. */
export interface KeyRing {
  /** What may have signed a cluster's tokens, and what will sign them soon; empty for a cluster that does not exist. */
  verificationKeys(clusterId: string): Promise<readonly VerificationKey[]>;
  /** The key that signs the cluster's next token. Made here if there is none; concurrent first uses may make two, which both stay good. */
  signingKey(clusterId: string, use?: SigningUse): Promise<SigningKey>;
  /** Sealed keys for a cluster that is about to be made: one of each algorithm. */
  newKeys(clusterId: string): Promise<SealedSigningKey[]>;
  /** The times of a cluster's keys, in no particular order. */
  keyTimes(clusterId: string): Promise<readonly KeyTimes[]>;
  /** Makes the keys that are due, and removes those whose last token has ended. @returns what was done */
  rotate(clusterId: string, settings: RotationSettings): Promise<Rotation>;
  /** Replaces all keys at once: every token of the cluster ends, except those that are made from now on. */
  replace(clusterId: string): Promise<Rotation>;
}

/** No token lives longer. */
export const longestTokenLifetimeSeconds = 365 * 24 * 3600;

/** Uses are recorded this far ahead, so that not every token costs a write. */
const recordedAheadMs = 3_600_000;

interface KeyRingParts {
  readonly store: SealedKeyStore;
  readonly masterKeys: MasterKeys;
  readonly now: () => Date;
}

/** @param now default: the system's clock */
export function createKeyRing(
  store: SealedKeyStore,
  masterKeys: MasterKeys,
  now: () => Date = () => new Date(),
): KeyRing {
  const parts: KeyRingParts = { store, masterKeys, now };
  return {
    async verificationKeys(clusterId) {
      return (await store.listPublic(clusterId)).map(verificationKeyOf);
    },
    signingKey: (clusterId, use = {}) => signingKeyFor(parts, clusterId, use),
    newKeys: (clusterId) =>
      Promise.all(
        tokenAlgorithms.map((algorithm) => newKey(parts, clusterId, { algorithm, signsFrom: now() })),
      ),
    keyTimes: (clusterId) => store.list(clusterId),
    rotate: async (clusterId, settings) =>
      carryOut(parts, clusterId, planRotation(await store.list(clusterId), now(), settings)),
    replace: async (clusterId) =>
      carryOut(parts, clusterId, planReplacement(await store.list(clusterId), now())),
  };
}

async function signingKeyFor(
  parts: KeyRingParts,
  clusterId: string,
  { algorithm = 'EdDSA', until }: SigningUse,
): Promise<SigningKey> {
  const { store, masterKeys, now } = parts;
  const endsAt = until ?? new Date(now().getTime() + longestTokenLifetimeSeconds * 1000);
  for (;;) {
    let key = signerAt(await store.list(clusterId), algorithm, now());
    if (key === undefined) {
      key = await newKey(parts, clusterId, { algorithm, signsFrom: now() });
      await store.insert(clusterId, key);
    }
    const isRecorded = key.usedUntil !== undefined && key.usedUntil >= endsAt;
    const recordedUntil = new Date(endsAt.getTime() + recordedAheadMs);
    // A key that was removed in between signs nothing more: its successor is there by then.
    if (isRecorded || (await store.extendUse(clusterId, key.keyId, recordedUntil))) {
      return unsealed(key, clusterId, masterKeys);
    }
  }
}

/** New keys first: there is always one that signs. */
async function carryOut(parts: KeyRingParts, clusterId: string, plan: Rotation): Promise<Rotation> {
  for (const key of plan.create) {
    await parts.store.insert(clusterId, await newKey(parts, clusterId, key));
  }
  for (const keyId of plan.remove) await parts.store.remove(clusterId, keyId);
  return plan;
}

function verificationKeyOf({
  keyId,
  publicJwk,
}: Pick<SealedSigningKey, 'keyId' | 'publicJwk'>): VerificationKey {
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

async function newKey(
  { masterKeys }: KeyRingParts,
  clusterId: string,
  { algorithm, signsFrom }: Rotation['create'][number],
): Promise<SealedSigningKey> {
  const { kid, publicJwk, privateJwk } = await generateSigningKey(algorithm);
  const owner = signingKeyOwner(clusterId, kid);
  return {
    keyId: kid,
    algorithm,
    signsFrom,
    publicJwk: { ...publicJwk },
    sealedPrivateJwk: await sealKey(JSON.stringify(privateJwk), owner, masterKeys),
  };
}

/** What a signing key is sealed for. */
export function signingKeyOwner(clusterId: string, kid: string): string {
  return `${clusterId}/${kid}`;
}
