import type { Pod } from '@berth/kinds';
import { scaledIntOrPercent } from '@berth/machinery';
import { isTerminating, isUnavailable } from './pod-health.ts';
import type { Step } from './process-replicas.ts';
import { podRevision, specOf } from './stateful-set-facts.ts';

/**
 * Deletes pods of an older template, from the highest ordinal down to the partition; they are made anew when they are
 * gone. No more than maxUnavailable of all pods are unavailable for it; of those that are, an old one goes first.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates
 */
export function rollPods({ situation, pass }: Step): void {
  const { set, replicas, update, now } = situation;
  const { updateStrategy, minReadySeconds } = specOf(set);
  if (updateStrategy?.type === 'OnDelete') return;
  const { partition = 0, maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
  const limit = Math.max(1, scaledIntOrPercent(maxUnavailable, replicas.length, 'up'));
  const isMissing = (pod: Pod | undefined): boolean => !pod || isUnavailable(pod, minReadySeconds, now);
  let unavailable = replicas.filter(({ pod }) => isMissing(pod)).length;
  // Pods on their way to the new template that have not arrived.
  let underWay = 0;
  for (let index = replicas.length - 1; index >= partition; index--) {
    if (underWay >= limit) return;
    const pod = replicas[index]?.pod;
    if (!pod || isTerminating(pod)) underWay++;
    else if (podRevision(pod) === update.revision) underWay += isMissing(pod) ? 1 : 0;
    else if (isMissing(pod)) {
      pass.deletePod(pod);
      underWay++;
    } else if (unavailable < limit) {
      pass.deletePod(pod);
      underWay++;
      unavailable++;
    }
  }
}
