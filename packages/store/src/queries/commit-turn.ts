import { encodeBatch } from '../encode-batch.ts';
import { ClusterMissingError } from '../errors.ts';
import type { SealedBodies } from '../sealing/sealed-bodies.ts';
import { errorCode, errorDetail } from '../translate-error.ts';
import type { Timer, TurnCommit, TurnOutcome } from '../types.ts';
import { type Refusal, refusalOutcome } from './commit-writes.ts';

/** What a turn did, and whether its cursor is behind the log. */
export interface CommittedTurn {
  readonly outcome: TurnOutcome;
  readonly leavesWork: boolean;
}

interface Row {
  readonly head: number | null;
  readonly own_head: number;
  readonly new_cursor: number | null;
  readonly superseded: boolean | null;
  readonly suspended: boolean | null;
}

/** One call of the SQL function, which is one transaction. @throws ClusterMissingError */
export async function commitTurn(
  bodies: SealedBodies,
  clusterId: string,
  turn: TurnCommit,
): Promise<CommittedTurn> {
  const effects = JSON.stringify({
    clearTimers: turn.clearTimers,
    setTimers: lastPerKey(turn.setTimers),
    outbox: turn.outbox,
    claims: turn.claims,
    releases: turn.releases,
  });
  let rows: Row[];
  try {
    rows = await bodies.commit(clusterId, turn.writes, (sql, writes) => {
      const b = encodeBatch(writes);
      return sql<Row[]>`
      select head, own_head, new_cursor, superseded, suspended from berth.commit_turn(
        ${clusterId}, ${turn.expectedCursor}, ${turn.cursor}, ${turn.baseRevision ?? null}, ${turn.coversOwnWrites}, ${effects}::jsonb,
        ${[...b.segments]}::integer[], ${b.ops}, ${b.resources}, ${b.namespaces}, ${b.names}, ${b.uids},
        ${b.expectedRevisions}, ${b.expectedUids}, ${b.withinResources}, ${b.withinNamespaces}, ${b.withinNames},
        ${b.terminating}, ${b.nodes}, ${b.bodies}, ${b.usages}, ${b.quotas}
      )`;
    });
  } catch (thrown) {
    const refused = refusedTurn(thrown, turn);
    if (!refused) throw thrown;
    return { outcome: refused, leavesWork: false };
  }
  const [row] = rows;
  if (!row || row.head === null) throw new ClusterMissingError(clusterId);
  if (row.suspended) return { outcome: { status: 'suspended' }, leavesWork: false };
  if (row.superseded) return { outcome: { status: 'superseded' }, leavesWork: false };
  const first = row.own_head - turn.writes.length + 1;
  return {
    outcome: { status: 'committed', revisions: turn.writes.map((_, i) => first + i), head: row.head },
    leavesWork: row.head > (row.new_cursor ?? 0),
  };
}

/** The outcomes that roll the turn back come as errors with a detail. */
function refusedTurn(thrown: unknown, turn: TurnCommit): TurnOutcome | undefined {
  const code = errorCode(thrown);
  const detail = errorDetail(thrown);
  if (detail === undefined) return undefined;
  if (code === 'BT003') {
    const write = turn.writes.find(({ usage }) => usage?.holds?.includes(detail));
    return write && { status: 'conflict', write, outcome: { status: 'held', value: detail } };
  }
  if (code === 'BT001') {
    // Made by the SQL function.
    const [refusal] = JSON.parse(detail) as Refusal[];
    const write = refusal && turn.writes[refusal.i];
    return write && { status: 'conflict', write, outcome: refusalOutcome(refusal) };
  }
  return code === 'BT002' ? { status: 'no-capacity', node: detail } : undefined;
}

function lastPerKey(timers: readonly Timer[]): Timer[] {
  return [...new Map(timers.map((timer) => [timer.key, timer])).values()];
}
