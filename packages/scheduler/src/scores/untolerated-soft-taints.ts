import type { NodeFacts } from '../candidate.ts';
import { toleratesTaint } from '../filters/taint-toleration.ts';
import type { PodNeeds } from '../pod-needs.ts';

/** How many PreferNoSchedule taints of the node the pod does not tolerate. */
export function untoleratedSoftTaints(needs: PodNeeds, facts: NodeFacts): number {
  let count = 0;
  for (const taint of facts.softTaints) {
    if (!needs.tolerations.some((toleration) => toleratesTaint(toleration, taint))) count++;
  }
  return count;
}
