import { readFile } from 'node:fs/promises';
import { CliError } from '../cli-error.ts';
import type { KubeconfigEntry } from '../kube/berth-kubeconfig.ts';
import { mergeKubeconfig, readContextNames } from '../kube/merge-kubeconfig.ts';
import { replaceFile, withFileLock } from '../shell/replace-file.ts';

export interface KubeconfigOptions {
  readonly clusterId: string;
  readonly serverUrl: string;
  readonly caPem: string;
  readonly token: string;
}

/** What an instance's own kubeconfigs call a cluster. */
export function instanceContextName(clusterId: string): string {
  return `berth-${clusterId}`;
}

/** Puts a fresh token into a kubeconfig of the instance. What somebody has merged into the file stays. */
export async function writeInstanceKubeconfig(file: string, options: KubeconfigOptions): Promise<void> {
  await withFileLock(file, async () => {
    const before = await readFile(file, 'utf8').catch(() => '');
    await replaceFile(file, withEntry(before, entryOf(options)), { mode: 0o600 });
  });
}

function entryOf({ clusterId, serverUrl, caPem, token }: KubeconfigOptions): KubeconfigEntry {
  return {
    name: instanceContextName(clusterId),
    server: `${serverUrl}/clusters/${clusterId}`,
    caPem,
    namespace: 'default',
    user: { token },
  };
}

function withEntry(text: string, entry: KubeconfigEntry): string {
  try {
    return mergeKubeconfig(text, entry, { setCurrent: readContextNames(text).current === '' });
  } catch (error) {
    // An instance must be able to start whatever became of the file.
    if (error instanceof CliError) return mergeKubeconfig('', entry, { setCurrent: true });
    throw error;
  }
}
