/** A cluster's data key as it rests: sealed, with a master key that the store never sees. */
export interface SealedDataKey {
  /** Unique in its cluster; hexadecimal. */
  readonly keyId: string;
  readonly sealedKey: string;
}

export interface NewDataKey extends SealedDataKey {
  readonly key: Uint8Array;
  /** The id of the master key that it was made under. */
  readonly madeUnder: string;
}

/**
 * The cryptography of bodies that rest sealed (`createBodyCipher` of `@berth/auth`). The store keeps the sealed data keys
 * and decides which one is used; it seals at its edge, so that nothing above it sees a sealed body.
 */
export interface BodyCipher {
  /** The resources whose bodies rest sealed. */
  readonly resources: ReadonlySet<string>;
  newKey(clusterId: string): Promise<NewDataKey>;
  openKey(clusterId: string, sealed: SealedDataKey): Promise<Uint8Array>;
  /** @param owner is authenticated: what is moved to another owner does not open there */
  seal(body: string, owner: string, key: Uint8Array): string;
  open(sealed: string, owner: string, key: Uint8Array): string;
}
