import { isRunningAndAvailable, isTerminating } from './pod-health.ts';
import { keepClaims, type Step } from './process-replicas.ts';
import { isOrdered, ordinalOf, specOf } from './stateful-set-facts.ts';

/**
 * Takes away the pods of ordinals that are not wanted, from the highest on. In order, one at a time, and only while all
 * others are available: but the first that is not may go itself.
 *
 * @returns whether nothing is left to take away, or being waited for.
 */
export function processCondemned({ situation, view, pass }: Step): boolean {
  const { set, condemned, firstUnhealthy, now } = situation;
  const { minReadySeconds } = specOf(set);
  const ordered = isOrdered(set);
  for (const pod of condemned) keepClaims(pod, ordinalOf(pod, set) ?? 0, { situation, view, pass });
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (ordered) return false;
      continue;
    }
    const isAvailable = isRunningAndAvailable(pod, minReadySeconds, now);
    if (ordered && !isAvailable && pod !== firstUnhealthy) return false;
    pass.deletePod(pod);
    if (ordered || pass.isFull) return false;
  }
  return true;
}
