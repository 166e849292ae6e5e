import type { Pod } from '@berth/kinds';
import { compareForDeletion } from '../pods/deletion-ranks.ts';
import { completionIndex } from './pod-facts.ts';

/**
 * The active pods to delete: those whose index is missing, out of range or taken by a better pod of an Indexed Job, and
 * then as many more as make `atLeast`.
 */
export function podsToRemove(
  active: readonly Pod[],
  { atLeast, completions }: { atLeast: number; completions: number | undefined },
): Pod[] {
  const compare = compareForDeletion();
  const superfluous = completions === undefined ? [] : misplacedPods(active, { completions, compare });
  if (superfluous.length >= atLeast) return superfluous;
  const chosen = new Set(superfluous);
  const others = active.filter((pod) => !chosen.has(pod)).sort(compare);
  return [...superfluous, ...others.slice(0, atLeast - superfluous.length)];
}

function misplacedPods(
  active: readonly Pod[],
  { completions, compare }: { completions: number; compare: (left: Pod, right: Pod) => number },
): Pod[] {
  const misplaced: Pod[] = [];
  const kept = new Map<number, Pod>();
  for (const pod of active) {
    const index = completionIndex(pod);
    if (index === undefined || index >= completions) {
      misplaced.push(pod);
      continue;
    }
    const other = kept.get(index);
    const better = other && compare(other, pod) >= 0 ? other : pod;
    if (other) misplaced.push(better === pod ? other : pod);
    kept.set(index, better);
  }
  return misplaced;
}
