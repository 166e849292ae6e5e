import type { Change } from '../types.ts';

/** Bounds of what is kept of a cluster's log while someone follows it. Who falls further behind reads the database. */
const maxChanges = 2_000;
const maxLength = 8_000_000;

/** The latest stretch of one cluster's log: every change after `start`, up to `end`. */
export class ChangeWindow {
  #changes: Change[] = [];
  #length = 0;
  #start: number;

  constructor(start: number) {
    this.#start = start;
  }

  get end(): number {
    return this.#changes.at(-1)?.revision ?? this.#start;
  }

  /** Takes changes that follow `end` without a gap. */
  append(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#changes.push(change);
      this.#length += lengthOf(change);
    }
    let dropped = 0;
    while (this.#changes.length - dropped > maxChanges || this.#length > maxLength) {
      const oldest = this.#changes[dropped];
      if (!oldest) break;
      this.#length -= lengthOf(oldest);
      this.#start = oldest.revision;
      dropped++;
    }
    if (dropped > 0) this.#changes = this.#changes.slice(dropped);
  }

  /** Everything after the revision, or undefined if the window does not reach back so far. */
  after(revision: number): readonly Change[] | undefined {
    if (revision < this.#start) return undefined;
    return this.#changes.slice(revision - this.#start);
  }
}

function lengthOf(change: Change): number {
  return (change.before?.body.length ?? 0) + (change.after?.length ?? 0) + (change.last?.length ?? 0) + 400;
}
