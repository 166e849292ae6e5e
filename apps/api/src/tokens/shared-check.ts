export interface SharedCheckOptions {
  /** For how long an answer is good, from the moment at which it was asked for. */
  readonly freshForMs: number;
  /** A clock that never goes back, in milliseconds. Default `performance.now`. */
  readonly elapsedMs?: () => number;
}

/** A check that all share who ask meanwhile and shortly after. A failure is told to those who waited for it, and not kept. */
export function sharedCheck(
  run: () => Promise<boolean>,
  { freshForMs, elapsedMs = () => performance.now() }: SharedCheckOptions,
): () => boolean | Promise<boolean> {
  let answer: boolean | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<boolean> | undefined;

  const ask = async (): Promise<boolean> => {
    const startedAtMs = elapsedMs();
    try {
      const found = await run();
      answer = found;
      askedAtMs = startedAtMs;
      return found;
    } finally {
      asking = undefined;
    }
  };
  return () => {
    if (answer !== undefined && elapsedMs() - askedAtMs < freshForMs) return answer;
    return (asking ??= ask());
  };
}
