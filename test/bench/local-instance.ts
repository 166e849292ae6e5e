import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { processesOf, readProcesses, supervisorOf } from './memory/instance-processes.ts';
import { sampleOf } from './memory/watch-memory.ts';

/** The parts of an instance whose memory counts. */
const parts = { api: 'API server', worker: 'worker' } as const;
export type Part = keyof typeof parts;

/** An instance on this machine (`npm start`), seen from outside: its processes and its database. Linux. */
export interface LocalInstance {
  /** Resident memory of each part, in bytes. */
  residentBytes(): Promise<Readonly<Record<Part, number>>>;
  /** Ends the API server and the worker; the supervisor starts them again. Returns when both are there. */
  restartParts(): Promise<void>;
  /** `pg_database_size`, after a checkpoint and with what vacuum has given back. */
  databaseBytes(): Promise<number>;
  close(): Promise<void>;
}

const restartDeadlineMs = 60_000;

/**
 * Opens the instance of a data directory.
 *
 * @throws Error when none runs there, or when it has been given a database or is of another system.
 */
export async function openLocalInstance(dataDirectory: string): Promise<LocalInstance> {
  const [port, password] = await Promise.all(
    ['postgres/port', 'postgres/password'].map((name) =>
      readFile(join(dataDirectory, name), 'utf8').catch(() => ''),
    ),
  );
  const supervisor = await supervisorOf(dataDirectory);
  if (supervisor === undefined || !port || !password) {
    throw new Error(`no instance with a database of its own runs in ${dataDirectory} (--data-dir)`);
  }
  const sql = postgres(`postgres://berth:${password.trim()}@127.0.0.1:${port.trim()}/berth`, { max: 1 });
  return {
    async residentBytes() {
      const sampled = await sampleOf(supervisor);
      const bytesOf = (part: Part): number =>
        sampled.find(({ role }) => role === parts[part])?.residentBytes ?? 0;
      return { api: bytesOf('api'), worker: bytesOf('worker') };
    },
    async restartParts() {
      const before = await partsOf(supervisor);
      for (const name of partNames) process.kill(before[name], 'SIGTERM');
      const deadline = performance.now() + restartDeadlineMs;
      for (;;) {
        const now = await partsOf(supervisor).catch(() => undefined);
        if (now !== undefined && partNames.every((name) => now[name] !== before[name])) return;
        if (performance.now() > deadline) throw new Error('the API server and the worker did not come back');
        await delay(200);
      }
    },
    async databaseBytes() {
      await sql`vacuum`;
      const [row] = await sql<{ bytes: string }[]>`select pg_database_size(current_database()) as bytes`;
      return Number(row?.bytes ?? 0);
    },
    close: () => sql.end(),
  };
}

const partNames = Object.keys(parts) as Part[];

async function partsOf(supervisor: number): Promise<Record<Part, number>> {
  const running = processesOf(supervisor, await readProcesses());
  const pidOf = (part: Part): number | undefined => running.find(({ role }) => role === parts[part])?.pid;
  const [api, worker] = [pidOf('api'), pidOf('worker')];
  if (api === undefined || worker === undefined)
    throw new Error('the instance has no API server or no worker of its own');
  return { api, worker };
}
