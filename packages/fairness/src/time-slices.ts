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
  /** Whether others are there who would mind work that could be put off. */
  readonly isContended: () => boolean;
}

export interface TimeSlicesOptions {
  readonly sliceMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
  readonly isContended: () => boolean;
  /**
   * Runs something after all input and output that waits now, and after what was given to it before, with all that that
   * brought about at once: `setImmediate`.
   */
  readonly afterOthers: (run: () => void) => void;
  /** Runs something after a time: `setTimeout`. */
  readonly later: (run: () => void, ms: number) => void;
}

/** While others are there, the thread is free for so many times what it was taken for. */
const restPerSlice = 2;

/**
 * Lets one piece of long work run in each round of the event loop, however many requests have some, and lets keys take
 * turns: what one tenant has to render makes another's request wait for one slice in each round. While others are there,
 * the thread is left to them for a while after every slice's worth of work.
 */
export function createTimeSlices(options: TimeSlicesOptions): TimeSlices {
  const { sliceMs, nowMs, isContended, afterOthers, later } = options;
  /** Those who wait, by key; keys in the order in which their turn comes. */
  const waiting = new Map<string, Array<() => void>>();
  let isScheduled = false;
  let usedMs = 0;
  let beganAtMs = 0;

  const schedule = (): void => {
    isScheduled = true;
    afterOthers(runNext);
    afterOthers(settle);
  };
  const runNext = (): void => {
    const nowMsHere = nowMs();
    // After a pause of its own the work owes nobody any more.
    if (nowMsHere - beganAtMs > sliceMs * restPerSlice) usedMs = 0;
    beganAtMs = nowMsHere;
    const [next] = waiting;
    if (next === undefined) return;
    const [key, runs] = next;
    const run = runs.shift();
    waiting.delete(key);
    if (runs.length > 0) waiting.set(key, runs);
    run?.();
  };
  const settle = (): void => {
    isScheduled = false;
    usedMs += nowMs() - beganAtMs;
    if (waiting.size === 0) return;
    if (usedMs < sliceMs || !isContended()) {
      schedule();
      return;
    }
    usedMs = 0;
    isScheduled = true;
    later(schedule, sliceMs * restPerSlice);
  };

  return {
    nowMs,
    isContended,
    isOver: (sinceMs) => nowMs() - sinceMs >= sliceMs,
    turn: (key) =>
      new Promise((resolve) => {
        const runs = waiting.get(key);
        if (runs === undefined) waiting.set(key, [resolve]);
        else runs.push(resolve);
        if (!isScheduled) schedule();
      }),
  };
}
