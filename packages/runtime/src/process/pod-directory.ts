import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '@berth/kinds';
import type { Termination } from '../pod/container-record.ts';
import { RuntimeError } from '../runtime-error.ts';
import { unmountBelow } from '../volumes/unmount-below.ts';

/** What stands in `pod.json`. */
export interface StoredPod {
  readonly clusterId: string;
  readonly pod: Pod;
  /** The address that the pod's containers were told of; absent for the node's. */
  readonly address?: string;
}

/** What stands in an attempt's `attempt.json`, besides what its shim writes. */
export interface StoredAttempt {
  readonly containerId: string;
  readonly image?: string;
  readonly backoffMs: number;
  readonly previous?: Termination;
}

/** An attempt found on disk. */
export interface FoundAttempt {
  readonly container: string;
  readonly attempt: number;
  readonly stored: StoredAttempt;
}

/** Attempts of which logs are kept: the current one and the one before. */
const keptAttempts = 2;

/**
 * A pod's state on disk:
 * `pod.json`, `volumes/<volume>/`, `containers/<container>/<attempt>/` (with `attempt.json`, see container-shim.sh).
 * Files are written under another name and renamed, so a crash leaves the old one or the new one.
 */
export class PodDirectory {
  readonly path: string;

  constructor(podsDirectory: string, podUid: string) {
    this.path = join(podsDirectory, safeName(podUid));
  }

  volume(name: string): string {
    return join(this.path, 'volumes', safeName(name));
  }

  attempt(container: string, attempt: number): string {
    return join(this.path, 'containers', safeName(container), String(attempt));
  }

  async writePod(stored: StoredPod): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o711 });
    await writeJson(join(this.path, 'pod.json'), stored);
  }

  /** Undefined where there is none: the directory was being made, or removed. */
  async readPod(): Promise<StoredPod | undefined> {
    // Written by writePod alone.
    return (await readJson(join(this.path, 'pod.json'))) as StoredPod | undefined;
  }

  /** Makes a new attempt's directory, and removes those that nothing asks for any more. */
  async createAttempt(container: string, attempt: number, stored: StoredAttempt): Promise<string> {
    const directory = this.attempt(container, attempt);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await writeJson(join(directory, 'attempt.json'), stored);
    for (const old of await attemptNumbers(join(directory, '..'))) {
      if (old <= attempt - keptAttempts)
        await rm(this.attempt(container, old), { recursive: true, force: true });
    }
    return directory;
  }

  /** The newest attempt of each container. One without `attempt.json` was never begun. */
  async findAttempts(): Promise<FoundAttempt[]> {
    const found: FoundAttempt[] = [];
    for (const container of await namesIn(join(this.path, 'containers'))) {
      const numbers = await attemptNumbers(join(this.path, 'containers', container));
      for (const attempt of numbers.toReversed()) {
        const json = await readJson(join(this.attempt(container, attempt), 'attempt.json'));
        if (json === undefined) continue;
        // Written by createAttempt alone; dates are strings in JSON.
        found.push({ container, attempt, stored: reviveAttempt(json as StoredAttempt) });
        break;
      }
    }
    return found;
  }

  async remove(): Promise<void> {
    // Without pod.json it is not found again, however much of the rest a crash leaves.
    await rm(join(this.path, 'pod.json'), { force: true });
    await unmountBelow(this.path);
    await rm(this.path, { recursive: true, force: true });
  }
}

async function attemptNumbers(directory: string): Promise<number[]> {
  return (await namesIn(directory))
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

function reviveAttempt(stored: StoredAttempt): StoredAttempt {
  const { previous } = stored;
  if (previous === undefined) return stored;
  const { startedAt, finishedAt } = previous;
  return {
    ...stored,
    previous: {
      ...previous,
      finishedAt: new Date(finishedAt),
      ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt) }),
    },
  };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const file = await open(`${path}.tmp`, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(value));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}

/** Names come from the API, which validates them; a path is no place to rely on that. */
function safeName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new RuntimeError('node', `"${name}" cannot be the name of a directory`);
  }
  return name;
}
