import type { Database } from './database.ts';
import type { SealedBodies } from './sealing/sealed-bodies.ts';
import { type CommittedTurn, commitTurn } from './queries/commit-turn.ts';
import { commitWrites } from './queries/commit-writes.ts';
import { withPartitions } from './queries/log-partitions.ts';
import { writeTogether } from './queries/write-together.ts';
import type { Outcome, TogetherOutcome, TurnCommit, Write } from './types.ts';

/** Whom a writer tells of its commits. Neither may throw. */
export interface WriterListener {
  readonly onChanged: (clusterId: string, revision: number) => void;
  readonly onWork: (clusterId: string) => void;
}

/** Commits, and tells of it. */
export class Writer {
  readonly #database: Database;
  readonly #bodies: SealedBodies;
  readonly #listener: WriterListener;

  constructor(database: Database, bodies: SealedBodies, listener: WriterListener) {
    this.#database = database;
    this.#bodies = bodies;
    this.#listener = listener;
  }

  async commitBatch(clusterId: string, writes: readonly Write[]): Promise<readonly Outcome[]> {
    const { outcomes, newHead } = await withPartitions(this.#database, () =>
      this.#bodies.commit(clusterId, writes, (sql, sealed) => commitWrites(sql, clusterId, sealed)),
    );
    if (newHead !== undefined) this.tell(clusterId, newHead);
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'applied') writes[i]?.audit?.onRecorded();
    }
    return outcomes;
  }

  async commitTogether(clusterId: string, writes: readonly Write[]): Promise<TogetherOutcome> {
    const { outcome, newHead } = await writeTogether(
      { database: this.#database, bodies: this.#bodies },
      clusterId,
      writes,
    );
    if (newHead !== undefined) this.tell(clusterId, newHead);
    if (outcome.status === 'applied') for (const { audit } of writes) audit?.onRecorded();
    return outcome;
  }

  async commitTurn(clusterId: string, turn: TurnCommit): Promise<CommittedTurn> {
    const committed = await withPartitions(this.#database, () => commitTurn(this.#bodies, clusterId, turn));
    const { outcome, leavesWork } = committed;
    if (outcome.status === 'committed' && turn.writes.length > 0)
      this.#listener.onChanged(clusterId, outcome.head);
    if (leavesWork) this.#listener.onWork(clusterId);
    return committed;
  }

  /** The cluster may have work that nobody was asked to do. */
  wake(clusterId: string): void {
    this.#listener.onWork(clusterId);
  }

  /** The cluster's log has a new head, which no turn has seen. */
  tell(clusterId: string, head: number): void {
    this.#listener.onChanged(clusterId, head);
    this.#listener.onWork(clusterId);
  }
}
