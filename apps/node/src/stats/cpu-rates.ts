/** What of processor time was used by when, in billionths of a second. */
interface CpuSample {
  readonly atMs: number;
  readonly cpuNanoSeconds: number;
}

/** A rate over less says little, and one over more is old. */
const leastWindowMs = 5_000;
const forgetAfterMs = 600_000;

/**
 * How much processor time is used each second, from one time that somebody asks to the next: nothing is measured while nobody does. The
 * first answer is the mean since the beginning.
 */
export class CpuRates {
  /** The two latest samples that are far enough apart, by what they are of. */
  readonly #samples = new Map<string, { base: CpuSample; latest: CpuSample }>();

  /** @returns billionths of a processor */
  rate(
    key: string,
    sample: { readonly at: Date; readonly startedAt: Date; readonly cpuNanoSeconds: number },
  ): number {
    const latest = { atMs: sample.at.getTime(), cpuNanoSeconds: sample.cpuNanoSeconds };
    const known = this.#samples.get(key);
    const isSame = known !== undefined && known.latest.cpuNanoSeconds <= latest.cpuNanoSeconds;
    let base = isSame ? known.base : { atMs: sample.startedAt.getTime(), cpuNanoSeconds: 0 };
    if (isSame && latest.atMs - known.latest.atMs >= leastWindowMs) base = known.latest;
    const keepLatest = isSame && latest.atMs - known.latest.atMs < leastWindowMs;
    this.#samples.set(key, { base, latest: keepLatest ? known.latest : latest });
    const seconds = (latest.atMs - base.atMs) / 1000;
    return seconds <= 0 ? 0 : Math.round((latest.cpuNanoSeconds - base.cpuNanoSeconds) / seconds);
  }

  /** Forgets what nobody has asked for lately. */
  sweep(now: Date): void {
    for (const [key, { latest }] of this.#samples) {
      if (now.getTime() - latest.atMs > forgetAfterMs) this.#samples.delete(key);
    }
  }
}
