/** About how often a quiet watch tells how far it has come, as upstream does. */
const bookmarkIntervalMs = 60_000;

/** Says every minute that a bookmark is due, to whoever waits for something else. */
export interface BookmarkClock {
  /** What `pending` settles to, or `due` if that comes first. A due that nobody waited for is told to the next who does. */
  raceWith<T>(pending: Promise<T>): Promise<T | 'due'>;
  stop(): void;
}

/**
 * A clock of one watch. Waiting leaves nothing behind on it, unlike `Promise.race` with a long-lived promise: a busy watch
 * waits thousands of times between two bookmarks.
 *
 * @param wanted false: nothing is ever due.
 */
export function createBookmarkClock(wanted: boolean): BookmarkClock {
  let isDue = false;
  let wake: (() => void) | undefined;
  const timer = wanted ? setInterval(ring, bookmarkIntervalMs) : undefined;
  timer?.unref();

  function ring(): void {
    isDue = true;
    wake?.();
  }

  return {
    raceWith<T>(pending: Promise<T>) {
      return new Promise<T | 'due'>((resolve, reject) => {
        wake = () => {
          wake = undefined;
          isDue = false;
          resolve('due');
        };
        if (isDue) wake();
        else pending.then(resolve, reject);
      });
    },
    stop: () => clearInterval(timer),
  };
}
