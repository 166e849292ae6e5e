import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { MigrationError, NewerDatabaseError, StoreError } from './errors.ts';
import { errorCode, translateError } from './translate-error.ts';

const migrationsFolder = fileURLToPath(new URL('../../../migrations', import.meta.url));
/** Any number will do, as long as every version of Berth uses the same. */
const advisoryLock = 7_238_451;

/**
 * Brings the database to this code's schema, one process at a time: the others wait. Does nothing when it is there.
 *
 * The user of the URL comes to own the tables. It may create roles, or is a member of `berth_app` and `berth_fleet`.
 *
 * @throws NewerDatabaseError, MigrationError, StoreUnavailableError
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, {
    max: 1,
    fetch_types: false,
    connect_timeout: 10,
    onnotice: () => undefined,
  });
  try {
    await sql`select pg_advisory_lock(${advisoryLock})`;
    await refuseNewerDatabase(sql);
    await applyMigrations(drizzle(sql), { migrationsFolder });
  } catch (thrown) {
    throw migrationError(thrown);
  } finally {
    // The lock ends with the connection.
    await sql.end({ timeout: 5 });
  }
}

async function refuseNewerDatabase(sql: postgres.Sql): Promise<void> {
  const [table] = await sql<
    { name: string | null }[]
  >`select to_regclass('drizzle.__drizzle_migrations') as name`;
  if (!table?.name) return;
  const [applied] = await sql<{ newest: string | null }[]>`
    select max(created_at) as newest from drizzle.__drizzle_migrations`;
  const newest = Number(applied?.newest ?? 0);
  if (newest > (await newestMigration())) throw new NewerDatabaseError(new Date(newest));
}

/** When the newest migration of this code was made, in milliseconds: drizzle's order of migrations. */
async function newestMigration(): Promise<number> {
  const journal: unknown = JSON.parse(await readFile(`${migrationsFolder}/meta/_journal.json`, 'utf8'));
  // Written by drizzle-kit.
  const { entries } = journal as { entries: { when: number }[] };
  return Math.max(...entries.map((entry) => entry.when));
}

function migrationError(thrown: unknown): Error {
  if (thrown instanceof StoreError) return thrown;
  const code = errorCode(thrown);
  if (code === '42501') {
    return new MigrationError(
      'its user may not do what is needed. It must own the database, and may create roles or be a member of berth_app and berth_fleet',
      { cause: thrown },
    );
  }
  if (code?.length === 5 && !/^(08|57|53)/.test(code))
    return new MigrationError(`SQLSTATE ${code}`, { cause: thrown });
  return translateError(thrown, 'read');
}
