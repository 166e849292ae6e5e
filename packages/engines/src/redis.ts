import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine, EngineLog } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { freePort, lastPort } from './free-port.ts';
import { launch, terminate } from './launch.ts';
import { findRedis, type RedisBinary } from './redis-binary.ts';

export interface RedisOptions {
  /** Made if absent. Holds the append-only file and the password. */
  readonly directory: string;
  readonly log?: EngineLog;
  /** Default: the port of the last start if it is still free, else any free one. */
  readonly port?: number;
}

const startDeadlineMs = 30_000;

/**
 * Starts Redis on a private loopback port, with persistence in `directory`.
 *
 * @throws EngineError
 */
export async function startRedis(options: RedisOptions): Promise<Engine> {
  const log = options.log ?? (() => undefined);
  const binary = await findRedis(log);
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const password = await ensurePassword(options.directory);
  await writeConfiguration(options.directory, password);
  const before = await lastPort(options.directory);
  await stopLeftover(before, password);
  const port = options.port ?? (await freePort(before));
  await writeFile(join(options.directory, 'port'), String(port));

  const child = await launch({
    command: await underOwnName(binary, options.directory),
    args: [join(options.directory, 'redis.conf'), '--port', String(port)],
    deathSignal: 'SIGTERM',
    log,
  });
  let hasExited = false;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      hasExited = true;
      resolve();
    });
  });
  const deadline = Date.now() + startDeadlineMs;
  while (!(await answers(port, [`AUTH ${password}`, 'PING'], '+PONG'))) {
    if (hasExited)
      throw new EngineError(
        'REDIS_START_FAILED',
        `${binary.path} ended at start on port ${port}; LOG_LEVEL=debug shows its log`,
      );
    if (Date.now() > deadline)
      throw new EngineError('REDIS_START_FAILED', `Redis was not ready within ${startDeadlineMs / 1000} s`);
    await delay(20);
  }
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    exited,
    stop: () => terminate(child, 'SIGTERM', 10_000),
  };
}

/** The program decides by its file name whether it is the server, so a file of another name is called through a link. */
async function underOwnName(binary: RedisBinary, directory: string): Promise<string> {
  if (basename(binary.path) === binary.name) return binary.path;
  const link = join(directory, binary.name);
  await rm(link, { force: true });
  await symlink(binary.path, link);
  return link;
}

async function ensurePassword(directory: string): Promise<string> {
  const file = join(directory, 'password');
  const existing = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (existing) return existing;
  const password = randomBytes(24).toString('hex');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** A file, so that the password stands on no command line. */
async function writeConfiguration(directory: string, password: string): Promise<void> {
  const lines = [
    'bind 127.0.0.1',
    `requirepass ${password}`,
    `dir "${directory}"`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
  ];
  await writeFile(join(directory, 'redis.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Only a server that knows this directory's password is ours to stop. */
async function stopLeftover(port: number | undefined, password: string): Promise<void> {
  if (port === undefined || !(await answers(port, [`AUTH ${password}`, 'PING'], '+PONG'))) return;
  await answers(port, [`AUTH ${password}`, 'SHUTDOWN'], '');
  const deadline = Date.now() + 10_000;
  while ((await answers(port, ['PING'], '-NOAUTH')) && Date.now() < deadline) await delay(20);
}

async function answers(port: number, commands: readonly string[], expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    const finish = (): void => {
      socket.destroy();
      resolve(expected !== '' && text.includes(expected));
    };
    socket.setTimeout(1000, finish);
    socket.on('error', finish).on('close', finish);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (expected !== '' && text.includes(expected)) finish();
    });
    socket.on('connect', () => socket.write(commands.map((command) => `${command}\r\n`).join('')));
  });
}
