import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineLog } from './engine.ts';
import { EngineError } from './engine-error.ts';

const run = promisify(execFile);

export interface RedisBinary {
  readonly path: string;
  /** The file name under which the program acts as the server. */
  readonly name: string;
}

/**
 * Debian's `redis-tools` carries the server under the name of its checker (`redis-server` is a link to it in a second
 * package, whose installation also starts a service that nobody here asked for).
 */
const debianServer: RedisBinary = { path: '/usr/bin/redis-check-rdb', name: 'redis-server' };

/**
 * Finds `redis-server` or `valkey-server`; as root on Debian or Ubuntu it installs the distribution's package.
 *
 * @throws EngineError REDIS_MISSING, whose message says what to install.
 */
export async function findRedis(log: EngineLog): Promise<RedisBinary> {
  const found = await search();
  if (found) return found;
  if (process.getuid?.() === 0 && (await isDebian())) {
    log('installing redis-tools from the distribution (it carries the Redis server)');
    await install();
    const installed = await search();
    if (installed) return installed;
  }
  throw new EngineError(
    'REDIS_MISSING',
    'no Redis server found. Install redis-server or valkey-server (Debian, Ubuntu: apt-get install redis-server; ' +
      'macOS: brew install redis), or set REDIS_URL.',
  );
}

async function search(): Promise<RedisBinary | undefined> {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ];
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (folder && (await isExecutable(path))) return { path, name };
    }
  }
  return (await isDebian()) && (await isExecutable(debianServer.path)) ? debianServer : undefined;
}

async function install(): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 };
  const packages = ['install', '--yes', '--no-install-recommends', 'redis-tools'];
  try {
    await run('apt-get', packages, options).catch(async () => {
      // A fresh image has no package lists yet.
      await run('apt-get', ['update'], options);
      await run('apt-get', packages, options);
    });
  } catch (cause) {
    throw new EngineError(
      'REDIS_MISSING',
      'no Redis server found, and apt-get could not install redis-tools. Install redis-server yourself, or set REDIS_URL.',
      { cause },
    );
  }
}

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
