import type { Pod } from '@berth/kinds';
import { completionIndex, isReady } from './pod-facts.ts';

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Orders the pods that cost least to lose first: unassigned, pending, not ready, young. */
function compareForRemoval(left: Pod, right: Pod): number {
  return (
    Number(left.spec?.nodeName !== undefined) - Number(right.spec?.nodeName !== undefined) ||
    rank(left) - rank(right) ||
    Number(isReady(left)) - Number(isReady(right)) ||
    created(right) - created(left)
  );
}

/**
 * The active pods to delete: those whose index is missing, out of range or taken by a better pod of an Indexed Job, and
 * then as many more as make `atLeast`.
 */
export function podsToRemove(
  active: readonly Pod[],
  { atLeast, completions }: { atLeast: number; completions: number | undefined },
): Pod[] {
  const superfluous = completions === undefined ? [] : misplacedPods(active, completions);
  if (superfluous.length >= atLeast) return superfluous;
  const chosen = new Set(superfluous);
  const others = active.filter((pod) => !chosen.has(pod)).sort(compareForRemoval);
  return [...superfluous, ...others.slice(0, atLeast - superfluous.length)];
}

function misplacedPods(active: readonly Pod[], completions: number): Pod[] {
  const misplaced: Pod[] = [];
  const kept = new Map<number, Pod>();
  for (const pod of active) {
    const index = completionIndex(pod);
    if (index === undefined || index >= completions) {
      misplaced.push(pod);
      continue;
    }
    const other = kept.get(index);
    const better = other && compareForRemoval(other, pod) >= 0 ? other : pod;
    if (other) misplaced.push(better === pod ? other : pod);
    kept.set(index, better);
  }
  return misplaced;
}

function rank(pod: Pod): number {
  return phaseRank[pod.status?.phase ?? 'Pending'] ?? 0;
}

function created(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}
