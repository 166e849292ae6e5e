import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-engines-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function redis(url: string, commands: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let text = '';
    socket.on('error', reject).on('close', () => resolve(text));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write([...commands, 'QUIT', ''].join('\r\n'));
  });
}

describe('Redis', () => {
  test('keeps its data and its port over a restart, and needs its password', async () => {
    const first = await startRedis({ directory });
    const password = new URL(first.url).password;
    expect(await redis(first.url, ['SET kept yes'])).toContain('NOAUTH');
    expect(await redis(first.url, [`AUTH ${password}`, 'SET kept yes'])).toBe('+OK\r\n+OK\r\n+OK\r\n');
    await first.stop();
    const second = await startRedis({ directory });
    expect(second.url).toBe(first.url);
    expect(await redis(second.url, [`AUTH ${password}`, 'GET kept'])).toContain('yes');
    await second.stop();
  });

  test('a server left behind in the directory is replaced', async () => {
    const first = await startRedis({ directory });
    const second = await startRedis({ directory });
    await first.exited;
    expect(second.url).toBe(first.url);
    await second.stop();
  });
});

describe('Postgres', () => {
  test('keeps its cluster and its port over a restart, and its password to itself', async () => {
    const first = await startPostgres({ directory, isDurable: false });
    const version = await readFile(join(directory, 'data/PG_VERSION'), 'utf8');
    expect(Number(version)).toBeGreaterThanOrEqual(16);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
    await first.stop();
    await first.stop();
    const second = await startPostgres({ directory, isDurable: false });
    expect(second.url).toBe(first.url);
    await second.stop();
  });

  test('a server left behind in the directory is stopped in order before a new one starts', async () => {
    const first = await startPostgres({ directory, isDurable: false });
    const second = await startPostgres({ directory, isDurable: false });
    await first.exited;
    expect(second.pid).not.toBe(first.pid);
    await second.stop();
  });
});

test('a port is none that an outgoing connection may take', async () => {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '49152\t65535');
  const [firstOfSystem = 0] = range.split(/\s/).map(Number);
  for (let index = 0; index < 20; index++) expect(await freePort()).toBeLessThan(firstOfSystem);
});

test('a preferred port is kept when it is free, and another one found when it is not', async () => {
  const port = await freePort();
  expect(await freePort(port)).toBe(port);
  const engine = await startRedis({ directory, port });
  expect(await freePort(port)).not.toBe(port);
  await engine.stop();
});
