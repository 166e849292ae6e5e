import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';

const lockAttempts = 100;
const lockRetryMs = 50;
/** A process that holds a lock for longer has died with it. */
const staleLockMs = 60_000;

/**
 * Replaces a file as a whole: who reads it sees the old or the new one. A link stays one, and a file that was there
 * keeps its mode.
 */
export async function replaceFile(
  path: string,
  text: string,
  { mode }: { readonly mode: number },
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const existing = await stat(target).catch(() => undefined);
  const partial = `${target}.${process.pid}.tmp`;
  try {
    const file = await open(partial, 'w', existing === undefined ? mode : existing.mode & 0o777);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Runs `work` while nobody else holds `<path>.lock`, which is also what kubectl takes before it writes a kubeconfig.
 *
 * @throws CliError FILE_LOCKED
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${await realpath(path).catch(() => path)}.lock`;
  for (let attempt = 1; !(await tryLock(lock)); attempt++) {
    if (attempt === lockAttempts) {
      throw new CliError(
        'FILE_LOCKED',
        `${lock} is held by another command. If none runs, remove that file and try again.`,
      );
    }
    await delay(lockRetryMs);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const held = await stat(lock).catch(() => undefined);
  if (held !== undefined && Date.now() - held.mtimeMs > staleLockMs) await rm(lock, { force: true });
  return false;
}
