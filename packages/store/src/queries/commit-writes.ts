import type { QuotaRefusal } from '@berth/machinery';
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
    | 'quota'
    | 'suspended';
  readonly revision: number | null;
  readonly uid: string | null;
  readonly refusal: QuotaRefusal | null;
}

interface Committed {
  readonly head: number | null;
  readonly last: number;
  readonly refused: readonly Refusal[] | null;
}

export interface CommittedBatch {
  /** One per write, in order. */
  readonly outcomes: readonly Outcome[];
  /** Where the log ends after the batch; undefined if it did not move. */
  readonly newHead: number | undefined;
}

/** One call of the SQL function. @throws ClusterMissingError */
export async function commitWrites(
  sql: postgres.ISql,
  clusterId: string,
  writes: RestingWrites,
): Promise<CommittedBatch> {
  const b = encodeBatch(writes);
  const [committed] = await sql<Committed[]>`
    select head, last, refused, berth.record_audit(${clusterId}, head, at, refused, ${b.audits})::text
    from berth.commit_writes(
      ${clusterId}, ${[...b.segments]}, ${b.ops}, ${b.resources}, ${b.namespaces}, ${b.names}, ${b.uids},
      ${b.expectedRevisions}, ${b.expectedUids}, ${b.withinResources}, ${b.withinNamespaces}, ${b.withinNames},
      ${b.terminating}, ${b.nodes}, ${b.bodies}, ${b.usages}, ${b.quotas}
    )`;
  if (!committed || committed.head === null) throw new ClusterMissingError(clusterId);
  const refusals = new Map(committed.refused?.map((refusal) => [refusal.i, refusal]));
  let revision = committed.head;
  const outcomes = writes.map((_, i): Outcome => {
    const refusal = refusals.get(i);
    return refusal ? refusalOutcome(refusal) : { status: 'applied', revision: ++revision };
  });
  return { outcomes, newHead: committed.last > committed.head ? committed.last : undefined };
}

export function refusalOutcome(refusal: Refusal): Outcome {
  const { status } = refusal;
  if (status === 'quota') return { status, refusal: detailOf(refusal) };
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

function detailOf({ refusal }: Refusal): QuotaRefusal {
  if (refusal) return refusal;
  throw new DatabaseError('unknown', { cause: new Error('a quota refused without a reason') });
}
