import type { Pod } from '@berth/kinds';
import { type AssignedPods, type Candidate, type NodeFacts, nodeFacts } from './candidate.ts';
import { failureMessage } from './failure-message.ts';
import type { Filter, Rejection } from './filters/filter.ts';
import { nodeAffinity } from './filters/node-affinity.ts';
import { nodeName } from './filters/node-name.ts';
import { nodePorts } from './filters/node-ports.ts';
import { nodeResourcesFit } from './filters/node-resources-fit.ts';
import { nodeUnschedulable } from './filters/node-unschedulable.ts';
import { taintToleration } from './filters/taint-toleration.ts';
import { type PodNeeds, podNeeds } from './pod-needs.ts';
import { leastAllocated } from './scores/least-allocated.ts';
import { preferredAffinity } from './scores/preferred-affinity.ts';
import { untoleratedSoftTaints } from './scores/untolerated-soft-taints.ts';

/** In upstream's order: the first that rejects a node gives the reason. */
const filters: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
];

/** Upstream's weights. */
const taintWeight = 3;
const affinityWeight = 2;

export interface SchedulingOptions {
  readonly candidates: readonly Candidate[];
  /** Pods of this cluster by node, for host ports and extended resources; asked for only where a pod has such. */
  readonly assigned: () => AssignedPods;
}

export type SchedulingResult =
  | { readonly node: string; readonly cpuMillis: number; readonly memoryBytes: number }
  /** Why no node can take the pod. */
  | { readonly node: undefined; readonly message: string };

/**
 * The best node for a pod: one that passes every filter, of the highest score; among equals the one that the pod's uid
 * picks, so that equal pods spread and the choice is the same whoever makes it.
 */
export function schedulePod(pod: Pod, { candidates, assigned }: SchedulingOptions): SchedulingResult {
  const needs = podNeeds(pod);
  const feasible: FeasibleNode[] = [];
  const rejections: Rejection[] = [];
  for (const { node, claimed } of candidates) {
    const facts = nodeFacts(node);
    const rejection = reject({ needs, facts, claimed, assigned });
    if (rejection) rejections.push(rejection);
    else feasible.push({ facts, claimed });
  }
  const best = pick(feasible, { needs, seed: pod.metadata.uid ?? pod.metadata.name });
  if (!best) {
    const mayPreempt = pod.spec?.preemptionPolicy !== 'Never';
    return { node: undefined, message: failureMessage(rejections, { mayPreempt }) };
  }
  const { cpuMillis, memoryBytes } = needs.requests;
  return { node: best.facts.name, cpuMillis, memoryBytes };
}

interface FeasibleNode {
  readonly facts: NodeFacts;
  readonly claimed: Candidate['claimed'];
}

function reject(context: Parameters<Filter>[0]): Rejection | undefined {
  for (const filter of filters) {
    const rejection = filter(context);
    if (rejection) return rejection;
  }
  return undefined;
}

function pick(
  feasible: readonly FeasibleNode[],
  { needs, seed }: { needs: PodNeeds; seed: string },
): FeasibleNode | undefined {
  if (feasible.length <= 1) return feasible[0];
  const affinities = feasible.map(({ facts }) => preferredAffinity(needs, facts));
  const taints = feasible.map(({ facts }) => untoleratedSoftTaints(needs, facts));
  const mostAffinity = Math.max(...affinities) || 1;
  const mostTaints = Math.max(...taints) || 1;

  let best: FeasibleNode[] = [];
  let bestScore = -1;
  for (const [index, node] of feasible.entries()) {
    const affinity = (100 * (affinities[index] ?? 0)) / mostAffinity;
    const untainted = 100 - (100 * (taints[index] ?? 0)) / mostTaints;
    const score = leastAllocated(needs, node) + affinityWeight * affinity + taintWeight * untainted;
    if (score > bestScore) {
      best = [node];
      bestScore = score;
    } else if (score === bestScore) {
      best.push(node);
    }
  }
  return best[fnv1a(seed) % best.length];
}

/** FNV-1a, 32 bits: cheap, and spreads uids that differ in a digit. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
