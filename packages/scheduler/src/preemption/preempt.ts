import type { PodDisruptionBudget } from '@berth/kinds';
import type { ClusterState } from '../cluster-state.ts';
import type { Rejection } from '../filters/filter.ts';
import type { NodeState } from '../node-state.ts';
import type { PodFacts } from '../pod-facts.ts';
import { bestCandidate } from './best-candidate.ts';
import { selectVictims, type Victims } from './select-victims.ts';

/** So many candidates are compared; upstream looks at a tenth of the nodes, but at a hundred at least. */
const mostCandidates = 100;

export type Preemption =
  | { readonly type: 'found'; readonly node: NodeState; readonly victims: readonly PodFacts[] }
  /** What an earlier preemption for this pod asked to go is still going. */
  | { readonly type: 'underway' }
  /** Why it would not help, node by node. */
  | { readonly type: 'none'; readonly reasons: readonly string[] }
  /** The pod does not preempt others. */
  | { readonly type: 'never' };

/**
 * Which pods of lower priority would have to go so that a pod finds a node. Victims are pods of the same cluster alone: what
 * neighbours have claimed of a node stays theirs, whatever its priority is to them.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 *
 * @param rejections why each node cannot take the pod, in the order of the state's nodes
 */
export function preempt(pod: PodFacts, state: ClusterState, rejections: readonly Rejection[]): Preemption {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return { type: 'never' };
  if (isUnderway(pod, state, rejections)) return { type: 'underway' };
  const budgets = state.list<PodDisruptionBudget>('poddisruptionbudgets.policy');
  const candidates: Victims[] = [];
  const reasons: string[] = [];
  for (const node of state.nodes) {
    if (rejections[node.index]?.unresolvable !== false) {
      reasons.push('Preemption is not helpful for scheduling');
      continue;
    }
    const result = selectVictims(pod, { node, state, budgets });
    if ('victims' in result) {
      candidates.push(result);
      if (candidates.length === mostCandidates) break;
    } else {
      reasons.push(...result.reasons);
    }
  }
  const best = bestCandidate(candidates);
  return best ? { type: 'found', node: best.node, victims: best.victims } : { type: 'none', reasons };
}

/** A pod that waits for others to go does not ask more to do so, unless its node cannot take it any more anyway. */
function isUnderway(pod: PodFacts, state: ClusterState, rejections: readonly Rejection[]): boolean {
  const node = pod.nominatedNodeName === undefined ? undefined : state.node(pod.nominatedNodeName);
  if (!node || rejections[node.index]?.unresolvable === true) return false;
  for (const other of node.pods.values()) {
    if (other.priority < pod.priority && other.isTerminating && isPreempted(other)) return true;
  }
  return false;
}

function isPreempted({ pod }: PodFacts): boolean {
  const conditions = pod.status?.conditions ?? [];
  return conditions.some(
    ({ type, status, reason }) =>
      type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );
}
