import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A volume that is a directory of this node. */
export interface LocalVolume {
  readonly clusterId: string;
  /** Of the PersistentVolume: another one of the same name is another directory. */
  readonly uid: string;
  readonly name: string;
}

/** Ends the name of a directory that is being removed. */
const removedSuffix = '.removed';

/**
 * The directories of a node's local volumes: `<cluster>/<uid>/data`, beside `volume.json`, which says whose it is. Each step
 * can be taken again after a crash: a directory without `volume.json` was never used, and one that is being removed is
 * renamed first, so that nobody finds half of it.
 */
export class LocalVolumes {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes the volume's directory unless it is there, and says where it is. */
  async ensure(volume: LocalVolume): Promise<string> {
    const directory = this.#directory(volume);
    const data = join(directory, 'data');
    await mkdir(directory, { recursive: true, mode: 0o711 });
    await writeOnce(join(directory, 'volume.json'), JSON.stringify(volume));
    const isNew = (await mkdir(data, { recursive: true })) !== undefined;
    // Any user of a pod may write to it; what its pods make of it later stays.
    if (isNew) await chmod(data, 0o777);
    return data;
  }

  /** All volumes that have a directory. Removes what a crash left of others. */
  async list(): Promise<LocalVolume[]> {
    const found: LocalVolume[] = [];
    for (const cluster of await namesIn(this.#path)) {
      for (const name of await namesIn(join(this.#path, cluster))) {
        const directory = join(this.#path, cluster, name);
        const text = await readFile(join(directory, 'volume.json'), 'utf8').catch(() => undefined);
        if (text === undefined || name.endsWith(removedSuffix)) {
          await rm(directory, { recursive: true, force: true });
        } else {
          // Written by ensure alone.
          found.push(JSON.parse(text) as LocalVolume);
        }
      }
    }
    return found;
  }

  /** Removes the volume's directory with all that is in it. Nothing if there is none. */
  async remove(volume: Pick<LocalVolume, 'clusterId' | 'uid'>): Promise<void> {
    const directory = this.#directory(volume);
    const removed = `${directory}${removedSuffix}`;
    await rm(removed, { recursive: true, force: true });
    try {
      await rename(directory, removed);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    await rm(removed, { recursive: true, force: true });
  }

  #directory({ clusterId, uid }: Pick<LocalVolume, 'clusterId' | 'uid'>): string {
    for (const name of [clusterId, uid]) {
      // They come from the API; a path is no place to rely on that.
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new Error(`"${name}" cannot name a directory`);
    }
    return join(this.#path, clusterId, uid);
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

async function writeOnce(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  const file = await open(`${path}.tmp`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
