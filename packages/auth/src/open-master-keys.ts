import { readFile, stat } from 'node:fs/promises';
import { type MasterKey, MasterKeyError, parseMasterKeys } from './master-key.ts';
import { keyOfId, type MasterKeys, newest } from './master-keys.ts';

/** Where the master keys are. At least one of `key` and `file`. */
export interface MasterKeySettings {
  /** `BERTH_MASTER_KEY`: 32 bytes in base64. It is newer than all others. */
  readonly key?: string | undefined;
  /** `BERTH_PREVIOUS_MASTER_KEYS`: comma-separated, the newest first. */
  readonly previousKeys?: string | undefined;
  /** `BERTH_MASTER_KEY_FILE`: one key a line, the newest first. Read again whenever it was replaced. */
  readonly file?: string | undefined;
}

/**
 * The master keys of a running process. The file is looked at again before anything is sealed and when a key is asked for
 * that is not known, so that a rotation needs no restart.
 *
 * @throws MasterKeyError when there is no key, or one that is none
 */
export async function openMasterKeys(settings: MasterKeySettings): Promise<MasterKeys> {
  const given = [...parseMasterKeys(settings.key ?? ''), ...parseMasterKeys(settings.previousKeys ?? '')];
  const { file } = settings;
  const ofFile = file === undefined ? async () => [] : keyFile(file);
  const all = async (): Promise<readonly MasterKey[]> => [...given, ...(await ofFile())];
  if ((await all()).length === 0) {
    throw new MasterKeyError(
      'there is no master key: set BERTH_MASTER_KEY (32 bytes in base64) or BERTH_MASTER_KEY_FILE',
    );
  }
  return {
    all,
    current: async () => newest(await all()),
    find: async (keyId) => given.find(({ id }) => id === keyId) ?? keyOfId(await all(), keyId),
  };
}

/** The keys of a file, parsed again when it is another file than before: rotation replaces it as a whole. */
function keyFile(file: string): () => Promise<readonly MasterKey[]> {
  let version = '';
  let keys: readonly MasterKey[] = [];
  return async () => {
    try {
      const { ino, mtimeMs, size } = await stat(file);
      const found = `${ino} ${mtimeMs} ${size}`;
      if (found !== version) {
        keys = parseMasterKeys(await readFile(file, 'utf8'));
        version = found;
      }
      return keys;
    } catch (cause) {
      if (cause instanceof MasterKeyError) {
        throw new MasterKeyError(`the master key file ${file}: ${cause.message}`, { cause });
      }
      throw new MasterKeyError(`the master key file ${file} cannot be read`, { cause });
    }
  };
}
