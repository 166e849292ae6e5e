import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { CliContext } from '../cli-context.ts';
import { replaceFile, withFileLock } from '../shell/replace-file.ts';
import type { KubeconfigEntry } from './berth-kubeconfig.ts';
import { mergeKubeconfig, readContextNames, withCurrentContext } from './merge-kubeconfig.ts';

/** The files that kubectl reads, in its order: those of `KUBECONFIG`, else `~/.kube/config`. */
export function kubeconfigPaths({ environment }: Pick<CliContext, 'environment'>): readonly string[] {
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return named.length > 0 ? named : [join(environment['HOME'] || homedir(), '.kube', 'config')];
}

/**
 * Merges a cluster into the file that has it already, or else into the first that exists, or the last one, as kubectl
 * would. The current context is set in the file in which kubectl looks for it.
 *
 * @returns the file that has the cluster now.
 * @throws CliError KUBECONFIG_MALFORMED, FILE_LOCKED; then nothing was changed
 */
export async function mergeIntoFiles(
  paths: readonly string[],
  entry: KubeconfigEntry,
  options: { readonly setCurrent: boolean },
): Promise<string> {
  const files = await Promise.all(paths.map(describeFile));
  const target =
    files.find(({ names }) => names.includes(entry.name)) ??
    files.find(({ exists }) => exists) ??
    files.at(-1);
  if (target === undefined) throw new Error('there is no kubeconfig to write to');
  const current = options.setCurrent ? files.find((file) => file.current !== '') : undefined;
  const setsElsewhere = current !== undefined && current.path !== target.path;
  await rewrite(target.path, (text) =>
    mergeKubeconfig(text, entry, { setCurrent: options.setCurrent && !setsElsewhere }),
  );
  if (setsElsewhere) await rewrite(current.path, (text) => withCurrentContext(text, entry.name));
  return target.path;
}

async function describeFile(path: string) {
  const text = await textOf(path);
  return { path, exists: text !== undefined, ...readContextNames(text ?? '') };
}

async function rewrite(path: string, change: (text: string) => string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await withFileLock(path, async () => {
    await replaceFile(path, change((await textOf(path)) ?? ''), { mode: 0o600 });
  });
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
