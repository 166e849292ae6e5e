import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generateMasterKey, type MasterKey, parseMasterKeys } from '@berth/auth';

/** The line that a file of master keys holds while a rotation to its first key is under way. */
const underWay = '# A rotation to the first key is under way: berth keys rotate ends it.';

export interface KeyFile {
  /** The newest first. */
  readonly keys: readonly MasterKey[];
  /** A rotation has made the first key and did not come to its end. */
  readonly isRotating: boolean;
}

export async function readKeyFile(file: string): Promise<KeyFile> {
  const text = await readFile(file, 'utf8');
  return { keys: parseMasterKeys(text), isRotating: text.includes(underWay) };
}

/** Puts a new key before the newest one. Older ones go: nothing may be sealed under them any more. */
export async function beginRotation(file: string, { keys }: KeyFile): Promise<void> {
  await replaceFile(file, [underWay, ...[generateMasterKey(), ...keys.slice(0, 1)].map(lineOf)]);
}

/** Keeps the former key: a process that read the file just before may still seal something with it. */
export async function endRotation(file: string, { keys }: KeyFile): Promise<void> {
  await replaceFile(file, keys.slice(0, 2).map(lineOf));
}

function lineOf({ bytes }: MasterKey): string {
  return Buffer.from(bytes).toString('base64');
}

/** Whoever reads the file sees the old or the new one, whole; and so does the next start after a loss of power. */
async function replaceFile(file: string, lines: readonly string[]): Promise<void> {
  const next = `${file}.next`;
  const handle = await open(next, 'w', 0o600);
  await handle.writeFile(`${lines.join('\n')}\n`);
  await handle.sync();
  await handle.close();
  await rename(next, file);
  const directory = await open(dirname(file), 'r');
  await directory.sync();
  await directory.close();
}
