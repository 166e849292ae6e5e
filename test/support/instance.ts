import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@berth/engines';
import { type CommandResult, runClient } from './real-clients.ts';

const cli = join(import.meta.dirname, '../../apps/cli/src/main.ts');

export interface InstanceOptions {
  /** `BERTH_NODES`. Default `process:1`. */
  readonly nodes?: string;
  /** Default: a new one, removed by `remove`. */
  readonly dataDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `berth up` in a process of its own, on ports of its own. */
export interface Instance {
  readonly dataDirectory: string;
  readonly url: string;
  readonly httpUrl: string;
  readonly kubeconfig: string;
  readonly adminKubeconfig: string;
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  readonly output: () => string;
  kubectl(...args: string[]): Promise<CommandResult>;
  /** Fails unless the command ends with 0. @returns what it printed. */
  ok(...args: string[]): Promise<string>;
  apply(manifest: string, ...args: string[]): Promise<CommandResult>;
  helm(...args: string[]): Promise<CommandResult>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** `stop`, then deletes the data. */
  remove(): Promise<void>;
}

/** The command line of Berth, while it runs and when it has ended. */
export function berthProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  stdin: 'ignore' | 'input' = 'ignore',
): { child: ChildProcess; result: Promise<CommandResult> } {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: [stdin === 'ignore' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const result = new Promise<CommandResult>((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? 137, stdout, stderr }));
  });
  return { child, result };
}

/** The command line of Berth, to its end. */
export function berth(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return berthProcess(args, environment).result;
}

/** Starts an instance and waits until it says that it is ready. */
export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'berth-e2e-')));
  const [port, httpPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [cli, 'up'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: tmpdir(),
      BERTH_DATA_DIR: dataDirectory,
      BERTH_PORT: String(port),
      BERTH_HTTP_PORT: String(httpPort),
      BERTH_NODES: options.nodes ?? 'process:1',
      ...options.environment,
    },
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('Berth is ready')) resolve();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    void exited.then((code) => reject(new Error(`berth up ended with ${code}:\n${output}`)));
  });

  const kubeconfig = join(dataDirectory, 'kubeconfig');
  const context = { kubeconfig, home: join(dataDirectory, 'home') };
  const kubectl = (...args: string[]): Promise<CommandResult> => runClient('kubectl', context, { args });
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    return exited;
  };
  return {
    dataDirectory,
    url: `https://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    kubeconfig,
    adminKubeconfig: join(dataDirectory, 'admin.kubeconfig'),
    process: child,
    output: () => output,
    kubectl,
    ok: async (...args) => {
      const result = await kubectl(...args);
      if (result.code === 0) return result.stdout;
      throw new Error(
        `kubectl ${args.join(' ')} ended with ${result.code}: ${result.stderr}${result.stdout}`,
      );
    },
    apply: (manifest, ...args) =>
      runClient('kubectl', context, { args: ['apply', '-f', '-', ...args], stdin: manifest }),
    helm: (...args) => runClient('helm', context, { args }),
    stop,
    remove: async () => {
      await stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
