import type { Database } from './database.ts';
import { type CommittedTurn, commitTurn } from './queries/commit-turn.ts';
import { commitWrites } from './queries/commit-writes.ts';
import { makeCurrentPartitions } from './queries/log-partitions.ts';
import { errorCode, translateError } from './translate-error.ts';
import type { Outcome, TurnCommit, Write } from './types.ts';

/** Whom a writer tells of its commits. Neither may throw. */
export interface WriterListener {
  readonly onChanged: (clusterId: string, revision: number) => void;
  readonly onWork: (clusterId: string) => void;
}

/** Commits, and tells of it. */
export class Writer {
  readonly #database: Database;
  readonly #listener: WriterListener;

  constructor(database: Database, listener: WriterListener) {
    this.#database = database;
    this.#listener = listener;
  }

  async commitBatch(clusterId: string, writes: readonly Write[]): Promise<Outcome[]> {
    const outcomes = await this.#committed(() => commitWrites(this.#database.clusterSql, clusterId, writes));
    const last = outcomes.findLast((outcome) => outcome.status === 'applied');
    if (last) this.tell(clusterId, last.revision);
    return outcomes;
  }

  async commitTurn(clusterId: string, turn: TurnCommit): Promise<CommittedTurn> {
    const committed = await this.#committed(() => commitTurn(this.#database, clusterId, turn));
    const { outcome, leavesWork } = committed;
    if (outcome.status === 'committed' && turn.writes.length > 0)
      this.#listener.onChanged(clusterId, outcome.head);
    if (leavesWork) this.#listener.onWork(clusterId);
    return committed;
  }

  /** The cluster's log has a new head, which no turn has seen. */
  tell(clusterId: string, head: number): void {
    this.#listener.onChanged(clusterId, head);
    this.#listener.onWork(clusterId);
  }

  async #committed<T>(commit: () => Promise<T>): Promise<T> {
    try {
      return await commit();
    } catch (thrown) {
      if (!isMissingPartition(thrown)) throw translateError(thrown, 'change');
    }
    // Nobody made the partition for this time. The commit was rolled back as a whole.
    try {
      await makeCurrentPartitions(this.#database);
      return await commit();
    } catch (thrown) {
      throw translateError(thrown, 'change');
    }
  }
}

/** No table of the store has a check constraint, so the bounds of partitions are the only checks to violate. */
function isMissingPartition(thrown: unknown): boolean {
  return errorCode(thrown) === '23514';
}
