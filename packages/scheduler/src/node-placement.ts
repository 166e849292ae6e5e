import type { Node, PodSpec, Taint } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { nodeFacts } from './candidate.ts';
import { matchesNodeAffinity } from './filters/node-affinity.ts';
import { tolerates } from './filters/taint-toleration.ts';

/** The node's name, node selector and required node affinity of a pod, without regard to taints and room. */
export function suitsNode(spec: PodSpec, node: Node): boolean {
  const { nodeName, nodeSelector = {}, affinity } = spec;
  if (nodeName && nodeName !== node.metadata.name) return false;
  return matchesNodeAffinity({ nodeSelector, affinity }, nodeFacts(node));
}

/** Taints that keep the pod away: those of effect NoSchedule and NoExecute that it does not tolerate. */
export function untoleratedTaints({ tolerations = [] }: PodSpec, node: Node): readonly Taint[] {
  return nodeFacts(node).hardTaints.filter((taint) => !tolerates(tolerations, taint));
}

/** Whether both states of a node suit the same pods, as far as these two functions tell. */
export function isPlacedAlike(before: Node, after: Node): boolean {
  const [old, next] = [nodeFacts(before), nodeFacts(after)];
  return semanticEqual(old.labels, next.labels) && semanticEqual(old.hardTaints, next.hardTaints);
}
