import type { PodDisruptionBudget } from '@berth/kinds';
import type { ClusterState } from '../cluster-state.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';
import { rejectionOn } from '../rejection-on.ts';
import { withinBudgets } from './within-budgets.ts';

/** Who would have to leave a node for a pod. */
export interface Victims {
  readonly node: NodeState;
  /** The most important first. */
  readonly victims: readonly PodFacts[];
  /** How many of them a PodDisruptionBudget does not give away. */
  readonly violations: number;
}

interface Selection {
  readonly node: NodeState;
  readonly state: ClusterState;
  readonly budgets: readonly PodDisruptionBudget[];
}

/**
 * Takes all pods of lower priority off the node, and puts back as many as can stay: those first that budgets protect, among
 * them the most important first.
 */
export function selectVictims(
  pod: PodFacts,
  { node, state, budgets }: Selection,
): Victims | { readonly reasons: readonly string[] } {
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority);
  if (lower.length === 0) return { reasons: ['No preemption victims found for incoming pod'] };
  const trial = { pod, shape: state.shapeOf(pod), state };
  return state.suppose((move) => {
    for (const victim of lower) move(victim, node, -1);
    const rejection = rejectionOn(node, trial);
    if (rejection) return { reasons: rejection.reasons };
    const { violating, others } = withinBudgets(lower.sort(byImportance), budgets);
    const reprieve = (candidates: readonly PodFacts[]): PodFacts[] =>
      candidates.filter((candidate) => {
        move(candidate, node, 1);
        if (!rejectionOn(node, trial)) return false;
        move(candidate, node, -1);
        return true;
      });
    const unprotected = reprieve(violating);
    const victims = [...unprotected, ...reprieve(others)].sort(byImportance);
    return { node, victims, violations: unprotected.length };
  });
}

/** Upstream's order: the higher priority first, then who runs longer; of equals always the same. */
function byImportance(left: PodFacts, right: PodFacts): number {
  const order = right.priority - left.priority || left.startedMs - right.startedMs;
  return order || (left.uid < right.uid ? -1 : 1);
}
