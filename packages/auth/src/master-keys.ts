import { type MasterKey, MasterKeyError, masterKeyOf } from './master-key.ts';

/** The master keys of a process: the newest one seals, each of them opens. */
export interface MasterKeys {
  /** The newest. What is sealed from now on must be sealed with it. @throws MasterKeyError */
  current(): Promise<MasterKey>;
  /** The key of this id. A key that another process has added in the meantime is found. @throws MasterKeyError */
  find(keyId: string): Promise<MasterKey>;
  /** The newest first. */
  all(): Promise<readonly MasterKey[]>;
}

/** Keys that stay as they are. @param keys the newest first; 32 bytes each */
export function fixedMasterKeys(...keys: readonly Uint8Array[]): MasterKeys {
  const masterKeys = keys.map(masterKeyOf);
  return {
    current: async () => newest(masterKeys),
    find: async (keyId) => keyOfId(masterKeys, keyId),
    all: async () => masterKeys,
  };
}

/** @throws MasterKeyError */
export function newest(keys: readonly MasterKey[]): MasterKey {
  const [key] = keys;
  if (key === undefined) throw new MasterKeyError('there is no master key');
  return key;
}

/** @throws MasterKeyError that names the keys, by their ids */
export function keyOfId(keys: readonly MasterKey[], keyId: string): MasterKey {
  const key = keys.find(({ id }) => id === keyId);
  if (key !== undefined) return key;
  const held = keys.map(({ id }) => id).join(', ') || 'none';
  throw new MasterKeyError(
    `the master key ${keyId} is needed, and is not among those given (${held}). ` +
      'Give it in BERTH_PREVIOUS_MASTER_KEYS or as a further line of the key file.',
  );
}
