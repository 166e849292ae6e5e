import { spawn } from 'node:child_process';
import {
  closeSync,
  type FSWatcher,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  watch,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cgroup } from '../cgroups/cgroup.ts';
import { ContainerLog } from '../logs/container-log.ts';
import { terminationMessage } from '../logs/termination-message.ts';
import { isAlive, readIdentity, signalGroup } from './process-identity.ts';
import { signalNumber } from './signal-number.ts';

/** How an attempt began and ended. */
export type AttemptState =
  | { readonly type: 'starting' }
  | { readonly type: 'running'; readonly startedAt: Date }
  /** It never became the container's command. */
  | { readonly type: 'failed'; readonly message: string; readonly finishedAt: Date }
  | {
      readonly type: 'ended';
      readonly startedAt: Date;
      readonly finishedAt: Date;
      /** Undefined where nobody was left to see how it ended. */
      readonly exitCode: number | undefined;
      /** Something of it was killed for want of memory. */
      readonly oomKilled: boolean;
      /** What it wrote to its termination message file; or the end of its log, where that was asked for and it failed. */
      readonly message?: string;
    };

export interface AttemptOptions {
  /** `terminationMessagePolicy: FallbackToLogsOnError`. */
  readonly messageFromLog: boolean;
  /** What its processes are in, where they are in one: it ends with the container. */
  readonly cgroup: Cgroup | undefined;
}

/** The file of the attempt's directory that stands at the container's `terminationMessagePath`. */
export const messageFile = 'termination-log';
/** The kubelet's limit for a message of a file. */
const maxMessageBytes = 4096;
/** Says that something of the container was killed for want of memory, once its cgroup is gone. */
const oomMark = 'oom-killed';

/** How long a shim may take from its claim to its identity. */
const shimStartMs = 10_000;
const pumpDelayMs = 20;
const shimScript = fileURLToPath(new URL('container-shim.sh', import.meta.url));

/**
 * One attempt of a container, as its directory tells it: the shim and the container write what happened there, and this
 * reads it. So it makes no difference whether the attempt was begun by this agent or by one before it.
 */
export class ContainerAttempt {
  readonly log: ContainerLog;
  readonly directory: string;
  readonly #options: AttemptOptions;
  #state: AttemptState = { type: 'starting' };
  #watcher: FSWatcher | undefined;
  #onState: () => void = () => {};
  #settling = false;
  #pumpTimer: NodeJS.Timeout | undefined;

  constructor(directory: string, options: AttemptOptions) {
    this.directory = directory;
    this.#options = options;
    this.log = new ContainerLog(directory);
  }

  get state(): AttemptState {
    return this.#state;
  }

  /** Starts the shim, which starts `launch.sh` in the attempt's directory. */
  begin(): void {
    const shim = spawn('/bin/sh', [shimScript, this.directory], {
      detached: true,
      stdio: 'ignore',
      cwd: this.directory,
      env: {},
    });
    // Whether it began is read from its directory.
    shim.on('error', () => {});
    shim.unref();
  }

  /**
   * After a restart of the agent: whether this attempt began. If it had not, it never will, and may be begun anew.
   */
  wasBegun(): boolean {
    return !tryMkdir(join(this.directory, 'claim'));
  }

  /** Follows the attempt to its end; resolves once it is known whether it runs, could not start, or is over. */
  follow(onEnd: () => void): Promise<void> {
    try {
      this.#watcher = watch(this.directory, (_event, name) => {
        if (name === 'stdout' || name === 'stderr') this.#pumpSoon();
        else this.check();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // Without a watch (their number is limited), the runtime's regular check finds the same, later.
    }
    return new Promise((resolve) => {
      this.#onState = () => {
        if (this.#state.type === 'running' && this.#settling) return;
        resolve();
        // Later than the one that waits for this, who learns of the beginning first.
        if (this.#state.type !== 'running') setImmediate(onEnd);
      };
      this.check();
    });
  }

  /** Reads the directory. Called by its watch, and regularly for what a watch cannot see: a process that was killed. */
  check(): void {
    if (this.#state.type === 'failed' || this.#state.type === 'ended') return;
    const startedAt = modifiedAt(join(this.directory, 'process'));
    const exitedAt = modifiedAt(join(this.directory, 'exit'));
    this.#pumpSoon();
    const isOver = exitedAt !== undefined || !this.#hasWitness();
    if (isOver) this.#settle(exitedAt);
    if (this.#state.type === 'starting' && startedAt !== undefined) {
      this.#state = { type: 'running', startedAt };
      this.#onState();
    }
  }

  /** @param signal as `lifecycle.stopSignal` names it. */
  signal(signal: string): void {
    const identity = readIdentity(join(this.directory, 'process'));
    if (identity !== undefined) signalGroup(identity, signalNumber(signal));
  }

  /** Stops watching; the container goes on. */
  async close(): Promise<void> {
    this.#watcher?.close();
    clearTimeout(this.#pumpTimer);
    await this.log.close();
  }

  /** A short wait makes one batch of many small writes. */
  #pumpSoon(): void {
    this.#pumpTimer ??= setTimeout(() => {
      this.#pumpTimer = undefined;
      // What fails is taken over at the next check: a full disk passes.
      this.log.pump().catch(() => {});
    }, pumpDelayMs).unref();
  }

  /** Whether a shim that will record the end, or at least the container itself, still lives. */
  #hasWitness(): boolean {
    const shim = readIdentity(join(this.directory, 'shim'));
    if (shim === undefined) {
      const claimedAt = modifiedAt(join(this.directory, 'claim')) ?? modifiedAt(this.directory) ?? new Date();
      if (Date.now() - claimedAt.getTime() < shimStartMs) return true;
    } else if (isAlive(shim)) {
      return true;
    }
    const process = readIdentity(join(this.directory, 'process'));
    if (process !== undefined) return isAlive(process);
    // A launch may still be on its way without its shim. Whoever makes this directory first decides whether it gets there.
    return !tryMkdir(join(this.directory, 'started'));
  }

  #settle(exitedAt: Date | undefined): void {
    if (this.#settling) return;
    this.#settling = true;
    void this.log
      .finish()
      .catch(() => {})
      // Read after the wait: a shim that was just ending has by now written how.
      .then(() => this.#finalState(exitedAt ?? modifiedAt(join(this.directory, 'exit'))))
      .then((state) => {
        this.#watcher?.close();
        this.#state = state;
        this.#onState();
      });
  }

  async #finalState(exitedAt: Date | undefined): Promise<AttemptState> {
    const startedAt = modifiedAt(join(this.directory, 'process'));
    const finishedAt = exitedAt ?? new Date();
    const exitCode = exitedAt === undefined ? undefined : Number(readText(join(this.directory, 'exit')));
    if (startedAt !== undefined) {
      const message = await this.#message(exitCode);
      const oomKilled = this.#endCgroup();
      return {
        type: 'ended',
        startedAt,
        finishedAt,
        exitCode,
        oomKilled,
        ...(message === undefined ? {} : { message }),
      };
    }
    const message =
      readText(join(this.directory, 'start-error')) ?? 'the launch ended before the command began';
    this.#endCgroup();
    return { type: 'failed', message, finishedAt };
  }

  async #message(exitCode: number | undefined): Promise<string | undefined> {
    const written = endOf(join(this.directory, messageFile), maxMessageBytes);
    if (written !== '') return written;
    if (!this.#options.messageFromLog || exitCode === 0) return undefined;
    return terminationMessage(this.log).catch(() => undefined);
  }

  /** Ends what the container left behind, even outside of its process group. True if it ran out of memory. */
  #endCgroup(): boolean {
    const { cgroup } = this.#options;
    const mark = join(this.directory, oomMark);
    if ((cgroup?.oomKills() ?? 0) > 0) tryMkdir(mark);
    cgroup?.kill();
    cgroup?.remove();
    return modifiedAt(mark) !== undefined;
  }
}

/** The last bytes of a file; empty where it has none or is not there. */
function endOf(path: string, bytes: number): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, bytes));
    readSync(file, end, 0, end.length, size - end.length);
    return end.toString();
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function modifiedAt(path: string): Date | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtime;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** False if it is there already. */
function tryMkdir(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch {
    return false;
  }
}
