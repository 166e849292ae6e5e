import type { PodDisruptionBudget } from '@berth/kinds';
import { labelSelectorRequirements, matchesLabels } from '@berth/machinery';
import type { PodFacts } from '../pod-facts.ts';

/** Parts pods, in the order in which they would go, into those whose going budgets still allow, and the others. */
export function withinBudgets(
  pods: readonly PodFacts[],
  budgets: readonly PodDisruptionBudget[],
): { readonly violating: readonly PodFacts[]; readonly others: readonly PodFacts[] } {
  const left = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  const violating: PodFacts[] = [];
  const others: PodFacts[] = [];
  for (const pod of pods) {
    let violates = false;
    for (const [index, budget] of budgets.entries()) {
      if (!protects(budget, pod)) continue;
      left[index] = (left[index] ?? 0) - 1;
      if ((left[index] ?? 0) < 0) violates = true;
    }
    (violates ? violating : others).push(pod);
  }
  return { violating, others };
}

/** A budget without a selector, or with an empty one, protects nobody here; a pod that is on its way is counted already. */
function protects({ metadata, spec, status }: PodDisruptionBudget, pod: PodFacts): boolean {
  if (metadata.namespace !== pod.namespace || !spec?.selector) return false;
  const requirements = labelSelectorRequirements(spec.selector);
  if (requirements.length === 0 || Object.keys(pod.labels).length === 0) return false;
  if (!matchesLabels(pod.labels, requirements)) return false;
  return !Object.hasOwn(status?.disruptedPods ?? {}, pod.pod.metadata.name);
}
