import { type TokenAlgorithm, tokenAlgorithms } from './signing-key.ts';

/** When a key begins to sign, and until when it must verify. */
export interface KeyTimes {
  readonly keyId: string;
  readonly algorithm: string;
  /** It is published from when it is made, and signs from here on, unless a newer one does. */
  readonly signsFrom: Date;
  /** No token that it signed ends later. Absent before its first one. */
  readonly usedUntil?: Date;
}

export interface RotationSettings {
  /** A key signs for this long. 0: the present one has signed for long enough. */
  readonly rotateAfterMs: number;
  /** A new key is published for this long before it signs; longer than anybody caches the JWKS. */
  readonly publishedForMs: number;
}

export interface Rotation {
  readonly create: ReadonlyArray<{ readonly algorithm: TokenAlgorithm; readonly signsFrom: Date }>;
  /** Ids of keys. */
  readonly remove: readonly string[];
}

/** For how long a new key is published before it signs: readers of the JWKS may keep it for five minutes, and some keep it longer. */
export const keysPublishedForMs = 3_600_000;

/** By how much the clocks of processes may differ. */
export const clockSkewMs = 60_000;

/** The key that signs now: the one that began last. Before the first one's time, the first one. */
export function signerAt<T extends KeyTimes>(
  keys: readonly T[],
  algorithm: TokenAlgorithm,
  now: Date,
): T | undefined {
  const ordered = inOrder(keys, algorithm);
  return ordered.findLast(({ signsFrom }) => signsFrom <= now) ?? ordered[0];
}

/**
 * What is to be done with a cluster's keys now. Whatever of the two algorithms there is no key for gets one. A key goes
 * once a newer one has taken over and its last token has ended.
 */
export function planRotation(keys: readonly KeyTimes[], now: Date, settings: RotationSettings): Rotation {
  const plans = tokenAlgorithms.map((algorithm) => planOf(inOrder(keys, algorithm), now, settings));
  return {
    create: plans.flatMap(({ signsFrom }, place) => {
      const algorithm = tokenAlgorithms[place];
      return signsFrom === undefined || algorithm === undefined ? [] : [{ algorithm, signsFrom }];
    }),
    remove: plans.flatMap(({ remove }) => remove),
  };
}

/** What is to be done where keys may be in wrong hands: other ones sign at once, and none of the present ones stays. */
export function planReplacement(keys: readonly KeyTimes[], now: Date): Rotation {
  return {
    create: tokenAlgorithms.map((algorithm) => ({ algorithm, signsFrom: now })),
    remove: keys.map(({ keyId }) => keyId),
  };
}

function planOf(
  ordered: readonly KeyTimes[],
  now: Date,
  { rotateAfterMs, publishedForMs }: RotationSettings,
): { signsFrom: Date | undefined; remove: readonly string[] } {
  const newest = ordered.at(-1);
  if (newest === undefined) return { signsFrom: now, remove: [] };
  const publishedAt = new Date(now.getTime() + publishedForMs);
  const isDue =
    newest.signsFrom <= now && newest.signsFrom.getTime() + rotateAfterMs <= publishedAt.getTime();
  const remove = ordered.filter((key, place) => {
    const successor = ordered[place + 1];
    return successor !== undefined && isPast(successor.signsFrom, now) && isPast(key.usedUntil, now);
  });
  return { signsFrom: isDue ? publishedAt : undefined, remove: remove.map(({ keyId }) => keyId) };
}

/** Whether the time has passed by everybody's clock. */
function isPast(time: Date | undefined, now: Date): boolean {
  return time === undefined || time.getTime() + clockSkewMs <= now.getTime();
}

function inOrder<T extends KeyTimes>(keys: readonly T[], algorithm: TokenAlgorithm): T[] {
  return keys
    .filter((key) => key.algorithm === algorithm)
    .sort((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime() || (a.keyId < b.keyId ? -1 : 1));
}
