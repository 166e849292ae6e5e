import type { Rejection } from './filters/filter.ts';
import type { Preemption } from './preemption/preempt.ts';

/**
 * Why no node can take a pod, in kube-scheduler's words: each reason with the number of nodes that it holds for, and why
 * preemption would not help.
 */
export function failureMessage(rejections: readonly Rejection[], preemption: Preemption): string {
  const nodes = rejections.length;
  if (nodes === 0) return 'no nodes available to schedule pods';
  const ofPod = rejections.find((rejection) => rejection.ofPod);
  const reasons = ofPod
    ? ofPod.reasons.join(', ')
    : histogram(rejections.flatMap((rejection) => rejection.reasons));
  const prefix = `0/${nodes} nodes are available: `;
  const message = `${prefix}${reasons}.`;
  const told = preemptionMessage(preemption, prefix);
  return told === undefined ? message : `${message} no new claims to deallocate, preemption: ${told}`;
}

function preemptionMessage(preemption: Preemption, prefix: string): string | undefined {
  switch (preemption.type) {
    case 'found':
      return undefined;
    case 'never':
      return 'not eligible due to preemptionPolicy=Never.';
    case 'underway':
      return 'not eligible due to a terminating pod on the nominated node.';
    case 'none':
      return `${prefix}${histogram(preemption.reasons)}.`;
    default:
      return preemption satisfies never;
  }
}

/** `1 Insufficient cpu, 2 node(s) were unschedulable`: sorted as text, as upstream does. */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
