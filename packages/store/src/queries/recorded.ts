import type postgres from 'postgres';
import type { Database } from '../database.ts';
import type { SealedBodies } from '../sealing/sealed-bodies.ts';
import type { Outcome, Write } from '../types.ts';
import { systemClusterId } from './create-cluster.ts';
import { withPartitions } from './log-partitions.ts';
import { applyAll, RefusedWrite } from './write-together.ts';

export interface Recording {
  readonly database: Database;
  readonly bodies: SealedBodies;
}

/**
 * A change of another cluster's row and the write to the system cluster that tells of it: both or neither. The system
 * cluster's row is locked first, as wherever both are.
 *
 * @returns what the write met; revision 0 without one
 */
export async function recorded(
  { database, bodies }: Recording,
  recordedBy: Write | undefined,
  change: (sql: postgres.TransactionSql) => Promise<unknown>,
): Promise<Outcome> {
  try {
    const revision = await withPartitions(database, () =>
      database.clusterSql.begin(async (sql) => {
        const applied =
          recordedBy &&
          (await applyAll(sql, systemClusterId, await bodies.sealed(sql, systemClusterId, [recordedBy])));
        await change(sql);
        return applied?.revisions.at(-1) ?? 0;
      }),
    );
    recordedBy?.audit?.onRecorded();
    return { status: 'applied', revision };
  } catch (thrown) {
    if (thrown instanceof RefusedWrite) return thrown.refused.outcome;
    throw thrown;
  }
}
