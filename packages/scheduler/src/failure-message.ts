import type { Rejection } from './filters/filter.ts';

/**
 * Why no node can take a pod, in kube-scheduler's words: each reason with the number of nodes that it holds for, and
 * whether preemption (which Berth does not do) could have helped.
 */
export function failureMessage(rejections: readonly Rejection[], options: { mayPreempt: boolean }): string {
  const nodes = rejections.length;
  if (nodes === 0) return 'no nodes available to schedule pods';
  const ofPod = rejections.find((rejection) => rejection.ofPod);
  const reasons = ofPod
    ? ofPod.reasons.join(', ')
    : histogram(rejections.flatMap((rejection) => rejection.reasons));
  const prefix = `0/${nodes} nodes are available: `;
  const preemption = options.mayPreempt
    ? `${prefix}${histogram(rejections.map(preemptionReason))}.`
    : 'not eligible due to preemptionPolicy=Never.';
  return `${prefix}${reasons}. no new claims to deallocate, preemption: ${preemption}`;
}

function preemptionReason(rejection: Rejection): string {
  return rejection.unresolvable
    ? 'Preemption is not helpful for scheduling'
    : 'No preemption victims found for incoming pod';
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
