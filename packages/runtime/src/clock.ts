/** Time as the runtimes see it, so that tests decide how it passes. */
export interface Clock {
  now(): Date;
  /** Calls `fire` once, at `time` or as soon as possible after it. The result cancels it. */
  at(time: Date, fire: () => void): () => void;
}

/** The longest delay that a timer takes (2^31 - 1 ms); later times are reached in steps. */
const maxDelayMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => new Date(),
  at(time, fire) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const delayMs = time.getTime() - Date.now();
      timer = setTimeout(delayMs > maxDelayMs ? arm : fire, Math.min(Math.max(delayMs, 0), maxDelayMs));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
