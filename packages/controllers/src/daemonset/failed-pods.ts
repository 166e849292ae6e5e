import type { Pod } from '@berth/kinds';
import { createdAt } from './pods-by-node.ts';

/** How many pods of the DaemonSet failed on the node one after the other before this one. */
export const failuresAnnotation = 'apps.berth.dev/daemon-pod-failures';

const firstDelayMs = 1_000;
const longestDelayMs = 15 * 60_000;

function failuresBefore({ metadata }: Pod): number {
  const text = metadata.annotations?.[failuresAnnotation] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/**
 * When a failed pod may be replaced, in milliseconds: the first at once, one that replaced others 1 s after it was
 * created, doubling to 15 min, so that a node that refuses its pods is not flooded with them.
 */
export function replaceableAt(pod: Pod): number {
  const failures = failuresBefore(pod);
  if (failures === 0) return 0;
  return createdAt(pod) + delayMs(failures);
}

function delayMs(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 20));
}

/** What the replacement of a failed pod remembers of it. A pod that lasted for long was no failure of its node. */
export function failuresWith(pod: Pod, now: Date): number {
  const lasted = now.getTime() - createdAt(pod) > 2 * longestDelayMs;
  return lasted ? 1 : failuresBefore(pod) + 1;
}
