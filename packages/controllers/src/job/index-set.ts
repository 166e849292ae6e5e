interface Interval {
  readonly first: number;
  readonly last: number;
}

/** A set of completion indexes as `status.completedIndexes` writes it: `1,3-5,7`. Immutable. */
export class IndexSet {
  static readonly empty = new IndexSet([]);
  readonly #intervals: readonly Interval[];

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals;
  }

  /** Reads the written form; indexes from `completions` on, and what is no interval, are left out. */
  static parse(text: string | undefined, completions: number): IndexSet {
    const intervals: Interval[] = [];
    for (const part of text ? text.split(',') : []) {
      const match = /^(\d+)(?:-(\d+))?$/.exec(part);
      if (!match) continue;
      const first = Number(match[1]);
      const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
      if (first <= last) intervals.push({ first, last });
    }
    return new IndexSet(merged(intervals));
  }

  /** The set with these indexes in it too. */
  with(indexes: Iterable<number>): IndexSet {
    const added = Array.from(indexes, (index): Interval => ({ first: index, last: index }));
    return added.length === 0 ? this : new IndexSet(merged([...this.#intervals, ...added]));
  }

  union(other: IndexSet): IndexSet {
    return new IndexSet(merged([...this.#intervals, ...other.#intervals]));
  }

  get size(): number {
    return this.#intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  has(index: number): boolean {
    let low = 0;
    let high = this.#intervals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#intervals[middle]?.last ?? 0) >= index) high = middle;
      else low = middle + 1;
    }
    const interval = this.#intervals[low];
    return interval !== undefined && interval.first <= index;
  }

  /** How many indexes both sets have. */
  countShared(other: IndexSet): number {
    let shared = 0;
    let theirs = 0;
    for (const { first, last } of this.#intervals) {
      for (
        let their = other.#intervals[theirs];
        their && their.first <= last;
        their = other.#intervals[theirs]
      ) {
        shared += Math.max(0, Math.min(last, their.last) - Math.max(first, their.first) + 1);
        if (their.last > last) break;
        theirs++;
      }
    }
    return shared;
  }

  /** The lowest `count` indexes below `completions` that are not in the set. */
  firstMissing(count: number, completions: number): number[] {
    const missing: number[] = [];
    let candidate = 0;
    const takeUntil = (end: number): void => {
      for (; candidate < end && missing.length < count; candidate++) missing.push(candidate);
    };
    for (const { first, last } of this.#intervals) {
      takeUntil(Math.min(first, completions));
      candidate = Math.max(candidate, last + 1);
    }
    takeUntil(completions);
    return missing;
  }

  toString(): string {
    return this.#intervals
      .map(({ first, last }) => {
        if (first === last) return String(first);
        return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
      })
      .join(',');
  }
}

/** In order, without overlap, and touching intervals as one. */
function merged(intervals: readonly Interval[]): readonly Interval[] {
  const result: Interval[] = [];
  for (const interval of [...intervals].sort((a, b) => a.first - b.first)) {
    const last = result.at(-1);
    if (!last || interval.first > last.last + 1) result.push(interval);
    else if (interval.last > last.last)
      result[result.length - 1] = { first: last.first, last: interval.last };
  }
  return result;
}
