import { open } from 'node:fs/promises';
import { generateMasterKey, type MasterKeys, type MasterKeySettings, openMasterKeys } from '@berth/auth';
import type { Settings } from '../settings.ts';
import type { DataDirectory } from './data-directory.ts';

/** The instance's master keys; the first one is made at first start. Losing them loses every token and every Secret. */
export async function ensureMasterKey(settings: Settings, directory: DataDirectory): Promise<MasterKeys> {
  const { file } = masterKeySettings(settings, directory);
  if (file === directory.masterKey) await makeKeyFile(file);
  return masterKeysOf(settings, directory);
}

/** The environment's keys, and those of the key file. @throws MasterKeyError */
export function masterKeysOf(settings: Settings, directory: DataDirectory): Promise<MasterKeys> {
  return openMasterKeys(masterKeySettings(settings, directory));
}

/** Where the instance's master keys are: the data directory's file, unless the environment says otherwise. */
export function masterKeySettings({ masterKeys }: Settings, directory: DataDirectory): MasterKeySettings {
  if (masterKeys.key || masterKeys.file) return { ...masterKeys, file: masterKeys.file || undefined };
  return { ...masterKeys, file: directory.masterKey };
}

async function makeKeyFile(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${Buffer.from(generateMasterKey().bytes).toString('base64')}\n`);
    await handle.sync();
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
