import type { NodeFacts } from '../candidate.ts';
import { matchesTerm } from '../filters/node-affinity.ts';
import type { PodNeeds } from '../pod-needs.ts';

/** The weights of the preferred terms that the node matches, summed. */
export function preferredAffinity(needs: PodNeeds, facts: NodeFacts): number {
  let weight = 0;
  for (const term of needs.affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (matchesTerm(term.preference, facts)) weight += term.weight;
  }
  return weight;
}
