import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { CliError } from '../cli-error.ts';

/** The 32 bytes that seal every cluster's signing keys; made at first start. Losing the file ends every token's validity. */
export async function ensureMasterKey(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await handle.sync();
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readMasterKey(file);
}

/** @throws CliError MASTER_KEY_INVALID */
export async function readMasterKey(file: string): Promise<Uint8Array> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError('MASTER_KEY_INVALID', `the master key ${file} cannot be read`, { cause });
  });
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === 32) return key;
  throw new CliError(
    'MASTER_KEY_INVALID',
    `the master key ${file} must hold 32 bytes in base64; it holds ${key.length}`,
  );
}
