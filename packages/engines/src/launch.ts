import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { EngineLog } from './engine.ts';
import type { ProcessUser } from './process-user.ts';

const run = promisify(execFile);

export interface LaunchOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly user?: ProcessUser | undefined;
  /** What the kernel sends the server when this process dies without a chance to stop it. */
  readonly deathSignal: 'SIGINT' | 'SIGTERM';
  readonly log: EngineLog;
}

/**
 * Starts a server so that it cannot outlive this process (where `setpriv` exists), in a session of its own, so that a
 * Ctrl-C in the terminal reaches only the supervisor.
 */
export async function launch(options: LaunchOptions): Promise<ChildProcess> {
  const wrapper = await wrapperFor(options);
  const identity = options.user && !wrapper ? { uid: options.user.uid, gid: options.user.gid } : {};
  const [command, ...args] = wrapper
    ? [...wrapper, options.command, ...options.args]
    : [options.command, ...options.args];
  const child = spawn(command ?? options.command, args, {
    ...identity,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', options.log);
  }
  return child;
}

/** Runs a program to its end under the same identity as {@link launch}. */
export async function runAs(
  user: ProcessUser | undefined,
  command: string,
  args: readonly string[],
): Promise<void> {
  const wrapper = await wrapperFor({ user });
  const [file, ...rest] = wrapper ? [...wrapper, command, ...args] : [command, ...args];
  const identity = user && !wrapper ? { uid: user.uid, gid: user.gid } : {};
  await run(file ?? command, rest, {
    ...identity,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
  });
}

/**
 * `setpriv` sets what Node cannot: a death signal, and for an account of its own the right to pass through folders
 * that only root may enter (a clone below /root), which still does not let it write there.
 */
async function wrapperFor(options: {
  user?: ProcessUser | undefined;
  deathSignal?: 'SIGINT' | 'SIGTERM';
}): Promise<string[] | undefined> {
  if (process.platform !== 'linux') return undefined;
  const death = options.deathSignal ? [`--pdeathsig=${options.deathSignal.slice(3)}`] : [];
  const { user } = options;
  if (!user) return (await works(['setpriv', ...death, 'true'])) ? ['setpriv', ...death, '--'] : undefined;
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const passage = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'];
  for (const flags of [
    [...identity, ...passage, ...death],
    [...identity, ...death],
  ]) {
    if (await works(['setpriv', ...flags, 'true'])) return ['setpriv', ...flags, '--'];
  }
  return undefined;
}

async function works([command, ...args]: string[]): Promise<boolean> {
  if (!command) return false;
  return run(command, args).then(
    () => true,
    () => false,
  );
}

/** Signals a server and waits for its end; after `killAfterMs` it is killed. */
export async function terminate(
  child: ChildProcess,
  signal: 'SIGINT' | 'SIGTERM',
  killAfterMs: number,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await gone;
  clearTimeout(timer);
}
