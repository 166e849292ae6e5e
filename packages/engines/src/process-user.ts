import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EngineError } from './engine-error.ts';

const run = promisify(execFile);

/** The system account that engines run as when Berth itself runs as root. Postgres refuses to run as root. */
export interface ProcessUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const userName = 'berth-postgres';

async function lookUp(): Promise<ProcessUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', userName]), run('id', ['-g', userName])]);
    return { name: userName, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** @returns the account to switch to, made if absent; undefined when this process is not root and needs none. */
export async function ensureProcessUser(): Promise<ProcessUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp();
  if (existing) return existing;
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      userName,
    ]);
  } catch (cause) {
    // Two starts at once may both find the account missing; the loser sees it a moment later.
    if (!(await lookUp())) {
      throw new EngineError(
        'PROCESS_USER_FAILED',
        `Postgres cannot run as root, and the account ${userName} could not be made with useradd. ` +
          'Run Berth as another user, or set DATABASE_URL.',
        { cause },
      );
    }
  }
  const created = await lookUp();
  if (!created)
    throw new EngineError('PROCESS_USER_FAILED', `the account ${userName} was made but cannot be found`);
  return created;
}
