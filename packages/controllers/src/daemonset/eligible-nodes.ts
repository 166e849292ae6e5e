import type { DaemonSet, Node, PodSpec } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { suitsNode, untoleratedTaints } from '@berth/scheduler';
import { daemonPodSpec } from './daemon-pod.ts';

/** Whether a node gets a pod, and whether one that it has may stay. */
export interface Eligibility {
  readonly shouldRun: boolean;
  readonly mayStay: boolean;
}

/** By the state of the DaemonSet, then by that of the node: objects are immutable, and a DaemonSet looks at all nodes each time. */
const known = new WeakMap<KubeObject, WeakMap<KubeObject, Eligibility>>();
const specs = new WeakMap<KubeObject, PodSpec>();

/**
 * A node gets a pod that its labels and taints let in. A pod that is there may stay while the node does not drive it out
 * (NoExecute).
 */
export function eligibilityOf(daemonSet: DaemonSet, node: Node): Eligibility {
  const owner: KubeObject = daemonSet;
  let byNode = known.get(owner);
  if (!byNode) known.set(owner, (byNode = new WeakMap()));
  let eligibility = byNode.get(node);
  if (!eligibility) byNode.set(node, (eligibility = judge(daemonSet, node)));
  return eligibility;
}

function judge(daemonSet: DaemonSet, node: Node): Eligibility {
  let spec = specs.get(daemonSet);
  if (!spec) specs.set(daemonSet, (spec = daemonPodSpec(daemonSet)));
  if (!suitsNode(spec, node)) return { shouldRun: false, mayStay: false };
  const taints = untoleratedTaints(spec, node);
  return { shouldRun: taints.length === 0, mayStay: taints.every(({ effect }) => effect !== 'NoExecute') };
}
