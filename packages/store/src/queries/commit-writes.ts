import type postgres from 'postgres';
import { encodeBatch } from '../encode-batch.ts';
import { ClusterMissingError, DatabaseError } from '../errors.ts';
import type { RestingWrites } from '../sealing/sealed-bodies.ts';
import type { Outcome } from '../types.ts';

/** A write that a SQL function refused. `i` counts from 0. */
export interface Refusal {
  readonly i: number;
  readonly status:
    | 'exists'
    | 'missing'
    | 'uid'
    | 'revision'
    | 'within-missing'
    | 'within-terminating'
    | 'suspended';
  readonly revision: number | null;
  readonly uid: string | null;
}

interface Committed {
  readonly head: number | null;
  readonly refused: readonly Refusal[] | null;
}

/** One call of the SQL function: an outcome per write, in order. @throws ClusterMissingError */
export async function commitWrites(
  sql: postgres.ISql,
  clusterId: string,
  writes: RestingWrites,
): Promise<Outcome[]> {
  const b = encodeBatch(writes);
  const [committed] = await sql<Committed[]>`
    select head, refused from berth.commit_writes(
      ${clusterId}, ${[...b.segments]}, ${b.ops}, ${b.resources}, ${b.namespaces}, ${b.names}, ${b.uids},
      ${b.expectedRevisions}, ${b.expectedUids}, ${b.withinResources}, ${b.withinNamespaces}, ${b.withinNames},
      ${b.terminating}, ${b.nodes}, ${b.bodies}
    )`;
  if (!committed || committed.head === null) throw new ClusterMissingError(clusterId);
  const refusals = new Map(committed.refused?.map((refusal) => [refusal.i, refusal]));
  let revision = committed.head;
  return writes.map((_, i) => {
    const refusal = refusals.get(i);
    return refusal ? refusalOutcome(refusal) : { status: 'applied', revision: ++revision };
  });
}

export function refusalOutcome(refusal: Refusal): Outcome {
  const { status } = refusal;
  if (status !== 'uid' && status !== 'revision') return { status };
  if (refusal.revision === null || refusal.uid === null) {
    throw new DatabaseError('unknown', { cause: new Error('a conflict without a current state') });
  }
  return {
    status: 'conflict',
    precondition: status,
    current: { revision: refusal.revision, uid: refusal.uid },
  };
}
