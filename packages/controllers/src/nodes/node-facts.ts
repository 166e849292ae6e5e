import type { Node, NodeCondition, Taint } from '@berth/kinds';

/** By which the node lifecycle controller says what is wrong with a node. https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';
/** Set by whoever knows that a node that is silent has really stopped: nothing of it runs any more. */
const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

export function readyCondition({ status }: Node): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

export function isNodeReady(node: Node): boolean {
  return readyCondition(node)?.status === 'True';
}

/** Nobody has heard of the node for a while. */
export function isNodeSilent(node: Node): boolean {
  return readyCondition(node)?.status === 'Unknown';
}

/** The taints that drive pods out. */
export function noExecuteTaints({ spec }: Node): readonly Taint[] {
  return (spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** The node has stopped for certain: what was to end there has ended. */
export function isOutOfService(node: Node): boolean {
  return !isNodeReady(node) && (node.spec?.taints ?? []).some(({ key }) => key === outOfServiceTaint);
}
