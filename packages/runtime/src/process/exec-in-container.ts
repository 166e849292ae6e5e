import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandOptions, CommandOutcome } from '../actions/run-command.ts';
import { messageOf } from '../actions/go-words.ts';
import { isAlive, readIdentity } from './process-identity.ts';

/** What a command beside a container's own needs, as the attempt's directory keeps it: an agent after this one runs them, too. */
export interface ExecContext {
  readonly environment: ReadonlyArray<readonly [string, string]>;
  readonly workingDirectory: string;
  /** The namespaces that the container has of its own. */
  readonly namespaces: 'none' | 'mount' | 'user-and-mount';
  /** `cgroup.procs` files that the command's process joins. */
  readonly cgroups: readonly string[];
}

/** Joins the cgroups that stand before `--`, so that all of the command is in them, and becomes the command. */
const joinAndRun = 'while [ "$1" != -- ]; do echo "$$" >"$1" || exit 126; shift; done; shift; exec "$@"';
/** How those who begin the command say that there is none. */
const notBegun = /^(nsenter|sh): /;
const fileName = 'exec.json';
const keptOutputBytes = 10 * 1024;
/** How long output may come after the command ended: what it left behind may hold its pipes for ever. */
const drainMs = 200;

export function writeExecContext(attemptDirectory: string, context: ExecContext): void {
  // The environment may hold secrets.
  writeFileSync(join(attemptDirectory, fileName), JSON.stringify(context), { mode: 0o600 });
}

/** Runs a command in the file system and the environment of a container that runs. */
export function execInContainer(
  attemptDirectory: string,
  command: readonly string[],
  options: CommandOptions,
): Promise<CommandOutcome> {
  const container = readIdentity(join(attemptDirectory, 'process'));
  if (container === undefined || !isAlive(container)) {
    return Promise.resolve({ type: 'failed', message: 'container is not running' });
  }
  if (options.signal.aborted) return Promise.resolve({ type: 'timed-out', output: '' });
  let child: ChildProcess;
  try {
    // Written by writeExecContext alone.
    const context = JSON.parse(readFileSync(join(attemptDirectory, fileName), 'utf8')) as ExecContext;
    child = begin(command, { context, pid: container.pid });
  } catch (error) {
    return Promise.resolve({ type: 'failed', message: messageOf(error) });
  }
  return outcomeOf(child, options);
}

function begin(
  command: readonly string[],
  { context, pid }: { readonly context: ExecContext; readonly pid: number },
): ChildProcess {
  const { environment, workingDirectory, namespaces, cgroups } = context;
  const inNamespaces =
    namespaces === 'none'
      ? command
      : [
          nsenterPath(),
          `--target=${pid}`,
          '--mount',
          ...(namespaces === 'user-and-mount' ? ['--user', '--preserve-credentials'] : []),
          '--root',
          `--wdns=${workingDirectory}`,
          '--',
          ...command,
        ];
  const [program = '', ...args] =
    cgroups.length === 0
      ? inNamespaces
      : ['/bin/sh', '-c', joinAndRun, 'sh', ...cgroups, '--', ...inNamespaces];
  return spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: Object.fromEntries(environment),
    ...(namespaces === 'none' ? { cwd: workingDirectory } : {}),
  });
}

function nsenterPath(): string {
  return ['/usr/bin/nsenter', '/bin/nsenter'].find((path) => existsSync(path)) ?? 'nsenter';
}

function outcomeOf(child: ChildProcess, { timeoutMs, signal }: CommandOptions): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const output = () => Buffer.concat(chunks).subarray(0, keptOutputBytes).toString();
    const keep = (chunk: Buffer) => {
      if (bytes < keptOutputBytes) chunks.push(chunk);
      bytes += chunk.length;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const end = (outcome: CommandOutcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(outcome);
    };
    const giveUp = () => {
      killGroup(child);
      end({ type: 'timed-out', output: output() });
    };
    const timer = timeoutMs > 0 ? setTimeout(giveUp, timeoutMs) : undefined;
    signal.addEventListener('abort', giveUp, { once: true });
    child.on('error', (error) => end({ type: 'failed', message: messageOf(error) }));
    const exited = (code: number | null) => {
      const text = output();
      if ((code === 126 || code === 127) && notBegun.test(text))
        end({ type: 'failed', message: text.trim() });
      else end({ type: 'exited', exitCode: code ?? 137, output: text });
    };
    child.on('close', exited);
    child.on('exit', (code) => setTimeout(() => exited(code), drainMs).unref());
  });
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
