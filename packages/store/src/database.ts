import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** A drizzle transaction that sees one cluster. */
type ClusterQueries = Parameters<Parameters<PostgresJsDatabase['transaction']>[0]>[0];

/**
 * The connections of one process, under two roles that own nothing.
 *
 * `clusterSql` belongs to `berth_app`: it sees no tenant's row unless its transaction names the cluster, which
 * {@link readCluster} and {@link inCluster} do, and which the SQL functions do themselves. `fleetSql` belongs to
 * `berth_fleet`, which sees the few tables that work over all clusters needs.
 */
export interface Database {
  readonly clusterSql: postgres.Sql;
  readonly fleetSql: postgres.Sql;
  /** One connection of `berth_fleet` for what every request waits for and what is always short: it never stands behind anything long. */
  readonly headSql: postgres.Sql;
  readonly fleet: PostgresJsDatabase;
  /** Runs raw queries in a read-only transaction; the first of them travels together with the cluster's name. */
  readCluster<T>(clusterId: string, read: (sql: postgres.TransactionSql) => Promise<T>): Promise<T>;
  /** Runs drizzle queries in a transaction. */
  inCluster<T>(clusterId: string, work: (queries: ClusterQueries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly databaseUrl: string;
  readonly clusterPoolSize: number;
  readonly fleetPoolSize: number;
  /** Told of every statement that is sent, under which role, with its parameters. */
  readonly onStatement?: OnStatement;
}

export type OnStatement = (role: string, text: string, parameters: readonly unknown[]) => void;

/**
 * The types that go beyond the driver's own, by their OIDs. 64-bit counters fit a JavaScript number: revisions would take
 * millennia to leave its exact range.
 */
const types = {
  bigint: { to: 20, from: [20], serialize: String, parse: Number },
  integers: {
    to: 1007,
    from: [],
    serialize: (items: readonly number[]) => `{${items.join(',')}}`,
    parse: String,
  },
  texts: { to: 1009, from: [], serialize: textArray, parse: String },
};

/** https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO */
function textArray(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}

/**
 * Every query of one cluster reads a range of a primary key, in its order. Where statistics are behind (a cluster that
 * has just grown), the planner would rather read all of it and sort.
 */
const byIndexAlone = { enable_seqscan: 'off', enable_bitmapscan: 'off' };

export function openDatabase(options: DatabaseOptions): Database {
  const { onStatement } = options;
  const connect = (role: string, max: number, planner: Readonly<Record<string, string>>) =>
    postgres(options.databaseUrl, {
      max,
      connect_timeout: 10,
      // Seconds until a lost connection is tried again.
      backoff: (retries) => Math.min(0.05 * 2 ** retries, 1),
      onnotice: () => undefined,
      ...(onStatement && { debug: (_id, text, parameters) => onStatement(role, text, parameters) }),
      types,
      // The driver would ask for all array types at every connect, and a connection lost just then would be an unhandled
      // rejection, which ends the process.
      fetch_types: false,
      connection: {
        application_name: 'berth',
        jit: 'off',
        ...planner,
        role,
        TimeZone: 'UTC',
        statement_timeout: 60_000,
        // A process that stands still must not hold a cluster's lock.
        idle_in_transaction_session_timeout: 30_000,
      },
    });
  const clusterSql = connect('berth_app', options.clusterPoolSize, byIndexAlone);
  const fleetSql = connect('berth_fleet', options.fleetPoolSize, {});
  const headSql = connect('berth_fleet', 1, {});
  const clusterDatabase = drizzle(clusterSql);
  const fleet = drizzle(fleetSql);

  return {
    clusterSql,
    fleetSql,
    headSql,
    fleet,
    async readCluster<T>(clusterId: string, read: (sql: postgres.TransactionSql) => Promise<T>): Promise<T> {
      // The wrapper keeps an array result as it is: postgres.js would await its members.
      const { result } = await clusterSql.begin('read only', async (sql) => {
        const named = sql`select set_config('berth.cluster_id', ${clusterId}, true)`.execute();
        const [, result] = await Promise.all([named, read(sql)]);
        return { result };
      });
      return result;
    },
    inCluster: (clusterId, work) =>
      clusterDatabase.transaction(async (queries) => {
        await queries.execute(drizzleSql`select set_config('berth.cluster_id', ${clusterId}, true)`);
        return work(queries);
      }),
    async close() {
      await Promise.all([clusterSql, fleetSql, headSql].map((sql) => sql.end({ timeout: 5 })));
    },
  };
}
