import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';

/** Where an instance keeps what. */
export interface DataDirectory {
  readonly path: string;
  readonly postgres: string;
  readonly redis: string;
  readonly nodes: string;
  readonly pki: {
    readonly ca: string;
    readonly caKey: string;
    readonly certificate: string;
    readonly key: string;
  };
  readonly masterKey: string;
  /** The URLs under which the instance was reached. */
  readonly serverUrls: string;
  readonly kubeconfig: string;
  readonly adminKubeconfig: string;
  readonly nodeToken: (nodeName: string) => string;
}

export function dataDirectory(path: string): DataDirectory {
  const pki = join(path, 'pki');
  return {
    path,
    postgres: join(path, 'postgres'),
    redis: join(path, 'redis'),
    nodes: join(path, 'nodes'),
    pki: {
      ca: join(pki, 'ca.crt'),
      caKey: join(pki, 'ca.key'),
      certificate: join(pki, 'server.crt'),
      key: join(pki, 'server.key'),
    },
    masterKey: join(path, 'master.key'),
    serverUrls: join(path, 'server-urls'),
    kubeconfig: join(path, 'kubeconfig'),
    adminKubeconfig: join(path, 'admin.kubeconfig'),
    nodeToken: (nodeName) => join(path, 'nodes', `${nodeName}.token`),
  };
}

/**
 * Makes the directory and takes it for this process.
 *
 * @returns the function that gives it back.
 * @throws CliError DATA_DIRECTORY_UNWRITABLE or DATA_DIRECTORY_IN_USE
 */
export async function takeDataDirectory(directory: DataDirectory): Promise<() => Promise<void>> {
  const lock = join(directory.path, 'berth.pid');
  try {
    await mkdir(join(directory.path, 'pki'), { recursive: true, mode: 0o700 });
    await mkdir(directory.nodes, { recursive: true, mode: 0o700 });
    await access(directory.path, constants.W_OK | constants.X_OK);
    for (;;) {
      const holder = await tryTake(lock);
      if (holder === undefined) return () => rm(lock, { force: true });
      if (await isAlive(holder)) {
        throw new CliError(
          'DATA_DIRECTORY_IN_USE',
          `the data directory ${directory.path} is in use by another instance (process ${holder.pid}). ` +
            'Stop that one, or set BERTH_DATA_DIR (and BERTH_PORT, BERTH_HTTP_PORT) to run a second one.',
        );
      }
      await rm(lock, { force: true });
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(
      'DATA_DIRECTORY_UNWRITABLE',
      `the data directory ${directory.path} cannot be written to (${(cause as NodeJS.ErrnoException).code}). Set BERTH_DATA_DIR to one that can.`,
      { cause },
    );
  }
}

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same id. Empty where the system does not say. */
  readonly startTime: string;
}

async function tryTake(lock: string): Promise<Holder | undefined> {
  try {
    const file = await open(lock, 'wx', 0o600);
    await file.writeFile(`${process.pid} ${await startTimeOf(process.pid)}\n`);
    await file.close();
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const [pid, startTime] = (await readFile(lock, 'utf8').catch(() => '')).trim().split(' ');
  return { pid: Number(pid ?? 0), startTime: startTime ?? '' };
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (!holder.pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return (await startTimeOf(holder.pid)) === holder.startTime;
}

/** Field 22 of proc(5) `stat`, counted after the command name, which may hold spaces. */
async function startTimeOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
