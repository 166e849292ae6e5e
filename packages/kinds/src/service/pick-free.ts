interface Pick {
  readonly first: bigint;
  /** Numbers below are taken only when none from here on is free. */
  readonly firstPreferred: bigint;
  readonly last: bigint;
  /** From 0 to less than 1. */
  readonly random: () => number;
  readonly isTaken: (candidate: bigint) => boolean;
}

/** A number that is free, by chance, so that two who pick at the same time hardly pick the same; undefined if none is. */
export function pickFree(pick: Pick): bigint | undefined {
  const { first, firstPreferred, last } = pick;
  const lastOther = firstPreferred > last ? last : firstPreferred - 1n;
  return pickWithin(pick, firstPreferred, last) ?? pickWithin(pick, first, lastOther);
}

function pickWithin({ random, isTaken }: Pick, from: bigint, to: bigint): bigint | undefined {
  const count = to - from + 1n;
  if (count <= 0n) return undefined;
  const start = BigInt(Math.floor(random() * Number(count))) % count;
  for (let step = 0n; step < count; step += 1n) {
    const candidate = from + ((start + step) % count);
    if (!isTaken(candidate)) return candidate;
  }
  return undefined;
}
