import type { Victims } from './select-victims.ts';

/** Negative priorities are lifted, so that fewer victims never weigh more. */
const lift = 2 ** 31;

/**
 * The node on which preemption does least harm, as upstream ranks: the fewest violations of budgets, the lowest of the
 * highest priorities, the lowest sum of priorities, the fewest victims, and the one whose most important victim started
 * last. Among equals the first.
 */
export function bestCandidate(candidates: readonly Victims[]): Victims | undefined {
  let best: { readonly candidate: Victims; readonly harm: readonly number[] } | undefined;
  for (const candidate of candidates) {
    const harm = harmOf(candidate);
    if (!best || isLess(harm, best.harm)) best = { candidate, harm };
  }
  return best?.candidate;
}

function harmOf({ victims, violations }: Victims): readonly number[] {
  const highest = victims[0]?.priority ?? Number.NEGATIVE_INFINITY;
  const sum = victims.reduce((total, { priority }) => total + priority + lift, 0);
  const starts = victims.filter(({ priority }) => priority === highest).map(({ startedMs }) => startedMs);
  return [violations, highest, sum, victims.length, -Math.min(...starts)];
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}
