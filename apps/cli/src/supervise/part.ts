import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';

/** One process of Berth: `api`, `worker` or a node agent. */
export interface PartOptions {
  readonly name: string;
  /** Its `main.ts`. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Each line that it prints. */
  readonly onLine: (line: string) => void;
  /** Told of an unexpected end, before the part is started again. */
  readonly onExit: (reason: string, restartInMs: number) => void;
}

export interface Part {
  readonly name: string;
  /** The process id of the moment. */
  readonly pid: () => number | undefined;
  /** Ends the part in order, and with force after `killAfterMs`. */
  stop(killAfterMs: number): Promise<void>;
}

const readyDeadlineMs = 30_000;
const restartDelaysMs = [100, 500, 2_000, 5_000, 10_000];
/** A part that ran this long begins again with the shortest delay. */
const steadyAfterMs = 30_000;

/**
 * Starts a part and keeps it running: one that ends by itself or is killed is started again. A part ends by itself when
 * its channel to this process closes, so that it cannot be orphaned.
 *
 * @throws CliError PART_FAILED when the first start does not become ready.
 */
export async function startPart(options: PartOptions): Promise<Part> {
  let child: ChildProcess | undefined;
  let isStopping = false;
  let failures = 0;

  const launch = async (): Promise<void> => {
    const startedAt = Date.now();
    const started = spawnPart(options);
    child = started.child;
    started.child.once('exit', (code, signal) => {
      if (isStopping || !started.wasReady()) return;
      failures = Date.now() - startedAt > steadyAfterMs ? 0 : failures + 1;
      void restart(signal ?? `exit code ${code}`);
    });
    await started.ready;
  };

  const restart = async (reason: string): Promise<void> => {
    for (let why = reason; !isStopping; ) {
      const waitMs = restartDelaysMs[Math.min(failures, restartDelaysMs.length - 1)] ?? 10_000;
      options.onExit(why, waitMs);
      await delay(waitMs);
      if (isStopping) return;
      try {
        await launch();
        return;
      } catch (error) {
        failures += 1;
        why = error instanceof Error ? error.message : String(error);
      }
    }
  };

  await launch();
  return {
    name: options.name,
    pid: () => child?.pid,
    stop: async (killAfterMs) => {
      isStopping = true;
      if (child) await stopChild(child, killAfterMs);
    },
  };
}

function spawnPart(options: PartOptions): {
  child: ChildProcess;
  ready: Promise<void>;
  wasReady: () => boolean;
} {
  let isReady = false;
  let lastLine = '';
  // A session of its own: a Ctrl-C reaches this process alone, which stops its parts in order.
  const child = fork(options.entry, [], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...inheritedEnvironment(), ...options.environment },
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '') lastLine = line;
      options.onLine(line);
    });
  }
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(failed(options.name, `was not ready within ${readyDeadlineMs / 1000} s`));
    }, readyDeadlineMs);
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'ready')
        return;
      isReady = true;
      clearTimeout(timer);
      resolve();
    });
    child.once('error', (error) => reject(failed(options.name, error.message)));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(
        failed(options.name, `ended at start (${signal ?? `exit code ${code}`}): ${messageOf(lastLine)}`),
      );
    });
  });
  return { child, ready, wasReady: () => isReady };
}

/** Settings of the parts that `berth up` does not decide: they are as in the environment, as for `berth serve`. */
const partSettings = [
  'BERTH_ADVERTISE_ADDRESS',
  'BERTH_AUDIT_RETENTION_DAYS',
  'BERTH_HOST',
  'BERTH_LOG_RETENTION_SECONDS',
  'BERTH_MAX_MUTATING_REQUESTS_INFLIGHT',
  'BERTH_MAX_REQUESTS_INFLIGHT',
  'BERTH_SERVICE_CIDRS',
  'BERTH_SERVICE_NODE_PORT_RANGE',
  'BERTH_SIGNING_KEY_DAYS',
  'BERTH_TENANT_IN_FLIGHT',
  'BERTH_TENANT_REQUESTS_PER_SECOND',
  'BERTH_TENANT_REQUEST_BURST',
  'BERTH_TENANT_TURN_CONCURRENCY',
  'BERTH_TENANT_WATCHES',
  'BERTH_TRUSTED_PROXIES',
  'BERTH_TURN_CONCURRENCY',
] as const;

/** What every process needs of the environment; other settings are passed by name. */
function inheritedEnvironment(): Record<string, string> {
  const names = [
    'PATH',
    'HOME',
    'TMPDIR',
    'TZ',
    'LANG',
    'NODE_COMPILE_CACHE',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    ...partSettings,
  ];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function stopChild(child: ChildProcess, killAfterMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await gone;
  clearTimeout(timer);
}

function failed(name: string, reason: string): CliError {
  return new CliError('PART_FAILED', `${name} ${reason}`);
}

/** Parts log JSON lines; a person wants the message. */
function messageOf(line: string): string {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record === 'object' && record !== null && 'msg' in record) return String(record.msg);
  } catch {
    // A line that is no JSON is shown as it is.
  }
  return line;
}
