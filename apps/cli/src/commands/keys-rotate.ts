import { createBodyCipher, type MasterKeys } from '@berth/auth';
import { builtinRegistry, encryptedResources } from '@berth/kinds';
import type { Store } from '@berth/store';
import { CliError } from '../cli-error.ts';
import { dataDirectory } from '../instance/data-directory.ts';
import { masterKeySettings, masterKeysOf } from '../instance/master-keys.ts';
import { databaseUrlOf, withStore } from '../instance/open-instance.ts';
import { beginRotation, endRotation, readKeyFile } from '../keys/key-file.ts';
import { resealData } from '../keys/reseal-data.ts';
import { resealKeys } from '../keys/reseal-keys.ts';
import type { Settings } from '../settings.ts';

export interface RotationOptions {
  /** Also make new data keys, and seal all objects with them. */
  readonly data: boolean;
  readonly print: (line: string) => void;
}

/**
 * `berth keys rotate`: a new master key, under which every other key is sealed anew. The instance may run meanwhile. A
 * rotation that was interrupted goes on where it was.
 *
 * A master key of the environment is its owner's to change: then keys are sealed under that one, and none is made.
 *
 * @throws CliError KEYS_UNREADABLE, MasterKeyError, SealError, StoreError
 */
export async function rotateKeys(settings: Settings, { data, print }: RotationOptions): Promise<void> {
  const directory = dataDirectory(settings.dataDirectory);
  const { key, file } = masterKeySettings(settings, directory);
  const [databaseUrl, masterKeys] = await Promise.all([
    databaseUrlOf(settings, directory),
    masterKeysOf(settings, directory),
  ]);
  const bodyCipher = createBodyCipher(masterKeys, encryptedResources(builtinRegistry));
  await withStore(
    databaseUrl,
    async (store) => {
      const keyFile = key ? undefined : file;
      if (keyFile !== undefined) await nextMasterKey(keyFile, { store, masterKeys, print });
      else print('the master key is that of BERTH_MASTER_KEY; none was made');
      const { id } = await masterKeys.current();
      print(`${await resealKeys(store, masterKeys)} keys are sealed under the master key ${id} now`);
      const unreadable = data ? await rotateData(store, masterKeys, print) : [];
      // Whoever read the keys before the rotation began may have sealed something meanwhile.
      await resealKeys(store, masterKeys);
      if (keyFile !== undefined) await endRotation(keyFile, await readKeyFile(keyFile));
      if (unreadable.length > 0) {
        throw new CliError(
          'KEYS_UNREADABLE',
          `${unreadable.length} objects do not open and were left as they are: ${unreadable.slice(0, 20).join(', ')}`,
        );
      }
    },
    { bodyCipher },
  );
}

async function nextMasterKey(
  file: string,
  { store, masterKeys, print }: { store: Store; masterKeys: MasterKeys; print: (line: string) => void },
): Promise<void> {
  const before = await readKeyFile(file);
  if (before.isRotating) {
    print('a rotation was interrupted; it goes on');
    return;
  }
  // The oldest keys leave the file with this rotation: nothing may need them then.
  await resealKeys(store, masterKeys);
  await beginRotation(file, before);
  print(`${file} has a new master key, before the former one; keep a copy of it apart from the database`);
}

async function rotateData(
  store: Store,
  masterKeys: MasterKeys,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const { objects, unreadable, dropped } = await resealData(store, masterKeys);
  print(`${objects} objects are sealed with new data keys now; ${dropped} former data keys are gone`);
  return unreadable;
}
