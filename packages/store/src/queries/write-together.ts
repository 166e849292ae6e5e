import type postgres from 'postgres';
import type { Database } from '../database.ts';
import { HeldValueError } from '../errors.ts';
import type { RestingWrites, SealedBodies } from '../sealing/sealed-bodies.ts';
import type { Refusal, TogetherOutcome, Write } from '../types.ts';
import { commitWrites } from './commit-writes.ts';
import { withPartitions } from './log-partitions.ts';

/** All of the writes or none of them, as one transaction of their own. @throws ClusterMissingError */
export async function writeTogether(
  { database, bodies }: { readonly database: Database; readonly bodies: SealedBodies },
  clusterId: string,
  writes: readonly Write[],
): Promise<{ readonly outcome: TogetherOutcome; readonly newHead?: number }> {
  if (writes.length === 0) return { outcome: { status: 'applied', revisions: [] } };
  try {
    const { revisions, newHead } = await withPartitions(database, () =>
      database.clusterSql.begin(async (sql) =>
        applyAll(sql, clusterId, await bodies.sealed(sql, clusterId, writes)),
      ),
    );
    return { outcome: { status: 'applied', revisions }, newHead };
  } catch (thrown) {
    if (thrown instanceof RefusedWrite) return { outcome: thrown.refused };
    if (thrown instanceof HeldValueError) return { outcome: heldOutcome(writes, thrown.value) };
    throw thrown;
  }
}

/** The first write that would take what another object holds. */
function heldOutcome(writes: readonly Write[], value: string): TogetherOutcome {
  const position = Math.max(
    0,
    writes.findIndex(({ usage }) => usage?.holds?.includes(value)),
  );
  return { status: 'refused', position, outcome: { status: 'held', value } };
}

/** Applies writes within a transaction. @throws RefusedWrite, which is to roll it back */
export async function applyAll(
  sql: postgres.TransactionSql,
  clusterId: string,
  writes: RestingWrites,
): Promise<{ readonly revisions: number[]; readonly newHead: number }> {
  const { outcomes, newHead = 0 } = await commitWrites(sql, clusterId, writes);
  const revisions = outcomes.map((outcome, position) => {
    if (outcome.status !== 'applied') throw new RefusedWrite({ status: 'refused', position, outcome });
    return outcome.revision;
  });
  return { revisions, newHead };
}

/** Ends a transaction one of whose writes does not apply. Never leaves this package. */
export class RefusedWrite extends Error {
  readonly refused: { readonly status: 'refused'; readonly position: number; readonly outcome: Refusal };

  constructor(refused: RefusedWrite['refused']) {
    super('a write was refused');
    this.refused = refused;
  }
}
