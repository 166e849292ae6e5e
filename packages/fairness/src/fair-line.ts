/** Work that waits for one of a few places, by key: keys take turns, so that one with much to do delays another by little. */
export interface FairLine {
  /** Runs the work when a place is free and it is the key's turn; within a key in the order of asking. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export interface FairLineOptions {
  /** How much runs at once. */
  readonly places: number;
  /** Places of all keys together while there are several: each has an equal part. What waits behind the places is then soon done, whosever it is. */
  readonly contendedPlaces: number;
  /** A monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
}

/** No key gets less, however many there are. */
const leastPlaces = 2;
/** So long after its last work a key still counts as there. */
const lingersMs = 1_000;

interface Key {
  running: number;
  lastMs: number;
  readonly waiting: Array<() => void>;
}

/** Holds nothing of keys that have nothing to do. */
export function createFairLine({ places, contendedPlaces, nowMs }: FairLineOptions): FairLine {
  /** Those that were there last come last. */
  const keys = new Map<string, Key>();
  /** Those with work that waits, in the order in which their turn comes. */
  const waiting = new Set<Key>();
  let running = 0;

  const touch = (name: string): Key => {
    const key = keys.get(name) ?? { running: 0, lastMs: 0, waiting: [] };
    key.lastMs = nowMs();
    keys.delete(name);
    keys.set(name, key);
    return key;
  };
  const forgetThoseGone = (): void => {
    for (const [name, { running: some, lastMs, waiting: line }] of keys) {
      if (nowMs() - lastMs < lingersMs) return;
      if (some + line.length === 0) keys.delete(name);
    }
  };
  const mayStart = (key: Key): boolean => {
    if (running >= places) return false;
    return keys.size <= 1 || key.running < Math.max(leastPlaces, Math.floor(contendedPlaces / keys.size));
  };
  const start = (key: Key): void => {
    running++;
    key.running++;
  };
  const serve = (): void => {
    for (const key of waiting) {
      if (!mayStart(key)) continue;
      start(key);
      // To the end of the line.
      waiting.delete(key);
      key.waiting.shift()?.();
      if (key.waiting.length > 0) waiting.add(key);
    }
  };

  return {
    async run(name, work) {
      const key = touch(name);
      forgetThoseGone();
      if (key.waiting.length === 0 && mayStart(key)) start(key);
      else {
        await new Promise<void>((resolve) => {
          key.waiting.push(resolve);
          waiting.add(key);
        });
      }
      try {
        return await work();
      } finally {
        running--;
        key.running--;
        touch(name);
        forgetThoseGone();
        serve();
      }
    },
  };
}
