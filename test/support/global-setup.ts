import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@berth/engines';
import type { TestProject } from 'vitest/node';
import { templateDatabase } from './template-database.ts';

/**
 * One Postgres for a test run, started when the first test asks for a database: whoever connects to the port gets its
 * URL. Runs without such a test pay nothing.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<TestServer> | undefined;
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    server ??= startServer();
    server.then(
      ({ url }) => socket.end(JSON.stringify({ url })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  // A TCP server's address is an object.
  project.provide('postgresPort', (listener.address() as AddressInfo).port);
  return async () => {
    listener.close();
    await (await server)?.stop();
  };
}

interface TestServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function startServer(): Promise<TestServer> {
  // Loaded only now: most runs of single tests need none of it.
  const { startPostgres } = await import('@berth/engines');
  const directory = await mkdtemp(join(tmpdir(), 'berth-test-postgres-'));
  const engine = await startPostgres({ directory, isDurable: false });
  const server = { url: engine.url, stop: () => stopServer(engine, directory) };
  try {
    await createTemplate(engine.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function createTemplate(serverUrl: string): Promise<void> {
  const [{ default: postgres }, { migrate }] = await Promise.all([
    import('postgres'),
    import('@berth/store'),
  ]);
  const sql = postgres(serverUrl, { max: 1 });
  await sql.unsafe(`create database ${templateDatabase}`);
  await sql.end();
  const url = new URL(serverUrl);
  url.pathname = templateDatabase;
  await migrate(url.href);
}

async function stopServer(engine: Engine, directory: string): Promise<void> {
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
}
