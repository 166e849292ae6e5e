import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, startRedis } from '@berth/engines';
import { Redis } from 'ioredis';

/** A Redis server of one test file. */
export interface TestRedis {
  readonly url: string;
  /** Every key of every database is gone; connections stay. */
  wipe(): Promise<void>;
  /** `kill -9`; nothing listens until {@link TestRedis.startAgain}. */
  kill(): Promise<void>;
  /** On the same port; with what had reached the append-only file, or empty. */
  startAgain(options?: { readonly empty: boolean }): Promise<void>;
  /** Runs one command of its own on a connection of its own. */
  command(name: string, ...args: string[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a Redis server in a temporary directory on a free port. */
export async function startTestRedis(): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-redis-'));
  let engine: Engine = await startRedis({ directory });
  const port = Number(new URL(engine.url).port);
  const { url } = engine;

  const command = async (name: string, ...args: string[]): Promise<unknown> => {
    const connection = new Redis(url);
    try {
      return await connection.call(name, ...args);
    } finally {
      connection.disconnect();
    }
  };
  return {
    url,
    command,
    wipe: async () => {
      await command('FLUSHALL');
    },
    kill: async () => {
      process.kill(engine.pid, 'SIGKILL');
      await engine.exited;
    },
    startAgain: async (options) => {
      if (options?.empty) await rm(join(directory, 'appendonlydir'), { recursive: true, force: true });
      engine = await startRedis({ directory, port });
    },
    stop: async () => {
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
