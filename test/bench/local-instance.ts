import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';

/** The parts of an instance whose memory counts, by what their command line ends with. */
const parts = { api: 'apps/api/src/main.ts', worker: 'apps/worker/src/main.ts' } as const;
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
  const [pid, port, password] = await Promise.all(
    ['berth.pid', 'postgres/port', 'postgres/password'].map((name) =>
      readFile(join(dataDirectory, name), 'utf8').catch(() => ''),
    ),
  );
  const supervisor = Number((pid ?? '').split(' ')[0]);
  if (!supervisor || !port || !password) {
    throw new Error(`no instance with a database of its own runs in ${dataDirectory} (--data-dir)`);
  }
  const sql = postgres(`postgres://berth:${password.trim()}@127.0.0.1:${port.trim()}/berth`, { max: 1 });
  return {
    async residentBytes() {
      const pids = await partsOf(supervisor);
      const [api, worker] = await Promise.all([residentBytesOf(pids.api), residentBytesOf(pids.worker)]);
      return { api, worker };
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
  const found: Partial<Record<Part, number>> = {};
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [status, commandLine] = await Promise.all(
      ['status', 'cmdline'].map((name) => readFile(`/proc/${entry}/${name}`, 'utf8').catch(() => '')),
    );
    if (numberOf(status, 'PPid') !== supervisor) continue;
    for (const name of partNames) if (commandLine?.includes(parts[name])) found[name] = Number(entry);
  }
  const { api, worker } = found;
  if (api === undefined || worker === undefined)
    throw new Error('the instance has no API server or no worker of its own');
  return { api, worker };
}

/** proc(5) `status`: `VmRSS:  251234 kB`. */
async function residentBytesOf(pid: number): Promise<number> {
  return numberOf(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmRSS') * 1024;
}

function numberOf(status: string | undefined, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status ?? '')?.[1] ?? 0);
}
