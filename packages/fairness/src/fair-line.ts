/** Work that waits for one of a few places, by key: keys take turns, so that one with much to do delays another by little. */
export interface FairLine {
  /** Runs the work when a place is free and it is the key's turn; within a key in the order of asking. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** @param places how much runs at once */
export function createFairLine(places: number): FairLine {
  /** Those who wait, by key; keys in the order in which their turn comes. */
  const waiting = new Map<string, Array<() => void>>();
  let free = places;

  const enter = (key: string): Promise<void> | undefined => {
    if (free > 0) {
      free--;
      return undefined;
    }
    return new Promise((resolve) => {
      const line = waiting.get(key);
      if (line === undefined) waiting.set(key, [resolve]);
      else line.push(resolve);
    });
  };
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free++;
      return;
    }
    const [key, line] = next;
    const go = line.shift();
    waiting.delete(key);
    if (line.length > 0) waiting.set(key, line);
    go?.();
  };

  return {
    async run(key, work) {
      await enter(key);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
