/** For how long a probe's result is good enough: anybody may ask, and each probe is a write. */
const freshForMs = 1_000;

/** Runs a probe for all who ask meanwhile and shortly after. */
export function sharedProbe<T>(run: () => Promise<T>): () => Promise<T> {
  let latest: { readonly result: Promise<T>; endedAtMs: number } | undefined;
  return () => {
    if (latest !== undefined && performance.now() - latest.endedAtMs < freshForMs) return latest.result;
    const current = { result: run(), endedAtMs: Number.POSITIVE_INFINITY };
    const end = () => {
      current.endedAtMs = performance.now();
    };
    current.result.then(end, end);
    latest = current;
    return current.result;
  };
}
