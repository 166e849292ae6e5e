/** Turns at the thread for work that takes long. */
export interface TimeSlices {
  /**
   * Waits for a turn of `key`'s. What runs right after it, up to the next wait, is one slice: it should take no more than
   * {@link TimeSlicesOptions.sliceMs}.
   */
  turn(key: string): Promise<void>;
  /** Whether a slice that began at that time (of `nowMs`) has lasted long enough. */
  isOver(sinceMs: number): boolean;
  readonly nowMs: () => number;
}

export interface TimeSlicesOptions {
  readonly sliceMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
  /** Runs something after all input and output that waits now: `setImmediate`. */
  readonly afterOthers: (run: () => void) => void;
}

/**
 * Lets one slice of long work run in each round of the event loop, however many requests have some, and lets keys take
 * turns: what one tenant has to render makes another's request wait for one slice in each round.
 */
export function createTimeSlices({ sliceMs, nowMs, afterOthers }: TimeSlicesOptions): TimeSlices {
  /** Those who wait, by key; keys in the order in which their turn comes. */
  const waiting = new Map<string, Array<() => void>>();
  let isScheduled = false;

  const runNext = (): void => {
    isScheduled = false;
    const [next] = waiting;
    if (next === undefined) return;
    const [key, runs] = next;
    const run = runs.shift();
    waiting.delete(key);
    if (runs.length > 0) waiting.set(key, runs);
    if (waiting.size > 0) schedule();
    run?.();
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    afterOthers(runNext);
  };

  return {
    nowMs,
    isOver: (sinceMs) => nowMs() - sinceMs >= sliceMs,
    turn: (key) =>
      new Promise((resolve) => {
        const runs = waiting.get(key);
        if (runs === undefined) waiting.set(key, [resolve]);
        else runs.push(resolve);
        schedule();
      }),
  };
}
