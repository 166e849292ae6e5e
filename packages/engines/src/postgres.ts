import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine, EngineLog } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { freePort, lastPort } from './free-port.ts';
import { launch, runAs, terminate } from './launch.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { ensureProcessUser, type ProcessUser } from './process-user.ts';

export interface PostgresOptions {
  /** Made if absent. Holds the cluster (`data/`) and its password. */
  readonly directory: string;
  readonly log?: EngineLog;
  /** `false` trades crash safety for speed; only for tests that do not crash anything. Default true. */
  readonly isDurable?: boolean;
  /** Default: the port of the last start if it is still free, else any free one. */
  readonly port?: number;
}

const startDeadlineMs = 60_000;

/**
 * Starts the embedded Postgres on a private loopback port, with its data in `directory`. A server that a killed
 * process left behind in that directory is stopped first. As root it runs as the account `berth-postgres`.
 *
 * @throws EngineError
 */
export async function startPostgres(options: PostgresOptions): Promise<Engine> {
  const log = options.log ?? (() => undefined);
  const binaries = postgresBinaries();
  const user = await ensureProcessUser();
  const data = join(options.directory, 'data');
  await mkdir(options.directory, { recursive: true });
  if (user) await chown(options.directory, user.uid, user.gid);
  await chmod(options.directory, 0o700);
  await stopLeftover(data);
  const password = await initialise(options.directory, { initdb: binaries.initdb, user });
  const port = options.port ?? (await freePort(await lastPort(options.directory)));
  await writeFile(join(options.directory, 'port'), String(port));

  const child = await launch({
    command: binaries.postgres,
    args: ['-D', data, ...settings(port, options.isDurable ?? true).flatMap((setting) => ['-c', setting])],
    user,
    deathSignal: 'SIGINT',
    log,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await ready(data, { pid: child.pid ?? 0, port, exited });
  return {
    url: `postgres://berth:${password}@127.0.0.1:${port}/berth`,
    pid: child.pid ?? 0,
    exited,
    // SIGINT is Postgres' fast shutdown: sessions are ended, and a checkpoint is written.
    stop: () => terminate(child, 'SIGINT', 20_000),
  };
}

async function initialise(
  directory: string,
  options: { initdb: string; user: ProcessUser | undefined },
): Promise<string> {
  const passwordFile = join(directory, 'password');
  const data = join(directory, 'data');
  if (existsSync(join(data, 'PG_VERSION')) && existsSync(passwordFile)) {
    return (await readFile(passwordFile, 'utf8')).trim();
  }
  // An initdb that was cut off leaves a half-made directory, which nothing can have been written to yet.
  await rm(data, { recursive: true, force: true });
  const password = randomBytes(24).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (options.user) await chown(passwordFile, options.user.uid, options.user.gid);
  try {
    await runAs(options.user, options.initdb, [
      `--pgdata=${data}`,
      '--username=berth',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ]);
    await runAs(options.user, options.initdb, ['--sync-only', `--pgdata=${data}`]);
    await createDatabase({
      data,
      postgres: options.initdb.replace(/initdb$/, 'postgres'),
      user: options.user,
    });
  } catch (cause) {
    await rm(data, { recursive: true, force: true });
    throw new EngineError('POSTGRES_INIT_FAILED', `initdb failed in ${data}: ${lastLine(cause)}`, { cause });
  }
  return password;
}

/** Single-user mode needs no port and no driver. */
async function createDatabase(options: {
  data: string;
  postgres: string;
  user: ProcessUser | undefined;
}): Promise<void> {
  const command = `echo 'create database berth' | "$0" --single -D "$1" postgres >/dev/null`;
  await runAs(options.user, '/bin/sh', ['-c', command, options.postgres, options.data]);
}

function settings(port: number, isDurable: boolean): string[] {
  return [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=256MB',
    'max_wal_size=2GB',
    'jit=off',
    'log_min_messages=warning',
    ...(isDurable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
}

/**
 * Postgres writes `ready` into postmaster.pid once it accepts connections. A killed server leaves its file behind, so the
 * file must be of this one.
 */
async function ready(
  data: string,
  options: { pid: number; port: number; exited: Promise<void> },
): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  let hasExited = false;
  void options.exited.then(() => {
    hasExited = true;
  });
  while (Date.now() < deadline) {
    if (hasExited)
      throw new EngineError(
        'POSTGRES_START_FAILED',
        `Postgres ended at start on port ${options.port}; LOG_LEVEL=debug shows its log`,
      );
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    const [pid, state] = [Number(lines[0]), lines[7]?.trim()];
    if (pid === options.pid && state === 'ready') return;
    await delay(20);
  }
  throw new EngineError('POSTGRES_START_FAILED', `Postgres was not ready within ${startDeadlineMs / 1000} s`);
}

/** A supervisor that was killed may leave its server running where no death signal exists. */
async function stopLeftover(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid || !isPostgres(pid, await commandOf(pid))) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 20_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      process.kill(pid, 'SIGKILL');
      break;
    }
    await delay(20);
  }
}

function isPostgres(pid: number, command: string | undefined): boolean {
  return isAlive(pid) && command !== undefined && command.includes('postgres');
}

async function commandOf(pid: number): Promise<string | undefined> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function lastLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.trim().split('\n').at(-1) ?? text;
}
