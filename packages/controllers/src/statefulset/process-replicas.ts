import type { Pod } from '@berth/kinds';
import type { ClusterView } from '../reconciler.ts';
import { isStale, withRetention } from './claim-retention.ts';
import { claimsOf } from './claims-of-pod.ts';
import type { Pass } from './pass.ts';
import { hasEnded, isRunningAndAvailable, isTerminating } from './pod-health.ts';
import { type Replica, type Situation, versionFor } from './situation.ts';
import { isOrdered, specOf } from './stateful-set-facts.ts';
import { statefulPod, withIdentity } from './stateful-pod.ts';

/** What the steps of a pass work with. */
export interface Step {
  readonly situation: Situation;
  readonly view: ClusterView;
  readonly pass: Pass;
}

/**
 * Sees to every wanted ordinal, from the lowest on: makes its pod and claims, replaces a pod that ended, puts right what
 * names it. In order, none is looked at before the one below it is available.
 *
 * @returns whether all were seen to, so that pods that are too many and old ones come next.
 */
export function processReplicas(step: Step): boolean {
  const ordered = isOrdered(step.situation.set);
  for (const replica of step.situation.replicas) {
    const outcome = processReplica(replica, step);
    if (outcome === 'stuck' || (ordered && outcome === 'waits')) return false;
  }
  return true;
}

/** `stuck`: nothing can be made any more. `waits`: not available yet. */
type Outcome = 'stuck' | 'waits' | 'settled';

function processReplica({ ordinal, pod }: Replica, step: Step): Outcome {
  const { situation, pass } = step;
  if (!pass.isFull && !pod) return makePod(ordinal, step);
  if (!pod) return 'stuck';
  if (hasEnded(pod)) {
    if (!isTerminating(pod)) replaceEnded(pod, step);
    return 'waits';
  }
  // Its claims may have gone before it was bound to them.
  if (pod.status?.phase === 'Pending' && !makeClaims(pod, ordinal, step)) return 'stuck';
  if (isTerminating(pod)) return 'waits';
  const { minReadySeconds } = specOf(situation.set);
  const isAvailable = isRunningAndAvailable(pod, minReadySeconds, situation.now);
  if (!isAvailable && isOrdered(situation.set)) return 'waits';
  const named = withIdentity(pod, ordinal);
  if (named !== pod) pass.updatePod(named);
  keepClaims(pod, ordinal, step);
  return isAvailable ? 'settled' : 'waits';
}

function makePod(ordinal: number, step: Step): Outcome {
  const { situation, view, pass } = step;
  const pod = statefulPod(situation.set, ordinal, versionFor(situation, ordinal));
  const claims = claimsOf(situation.set, ordinal, view);
  if (claims.some(({ existing }) => existing && isStale(existing, pod))) return 'waits';
  const going = claims.find(({ existing }) => existing?.metadata.deletionTimestamp);
  if (going?.existing) {
    const what = `create Pod ${pod.metadata.name} in StatefulSet ${situation.set.metadata.name}`;
    pass.failCreate(what, `pvc ${going.existing.metadata.name} is being deleted`);
    return 'waits';
  }
  if (!makeClaims(pod, ordinal, step)) return 'stuck';
  if (!pass.createPod(pod)) return 'stuck';
  keepClaims(pod, ordinal, step);
  return 'waits';
}

/** @returns false if one could not be made */
function makeClaims(pod: Pod, ordinal: number, { situation, view, pass }: Step): boolean {
  return claimsOf(situation.set, ordinal, view).every(({ wanted, existing }) => {
    if (existing) return true;
    return pass.createClaim(withRetention(wanted, situation.set, undefined), pod.metadata.name);
  });
}

/** Gives the claims of a pod the owners that the retention policy asks for. */
export function keepClaims(pod: Pod, ordinal: number, { situation, view, pass }: Step): void {
  for (const { existing } of claimsOf(situation.set, ordinal, view)) {
    if (!existing) continue;
    const kept = withRetention(existing, situation.set, pod);
    if (kept !== existing) pass.update(kept);
  }
}

/** However it ended: an evicted pod may well have succeeded. */
function replaceEnded(pod: Pod, { situation, pass }: Step): void {
  const { namespace, name } = situation.set.metadata;
  const isFailed = pod.status?.phase === 'Failed';
  const how = isFailed ? 'failed' : 'terminated';
  pass.tell({
    eventType: isFailed ? 'Warning' : 'Normal',
    reason: isFailed ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod',
    message: `StatefulSet ${namespace}/${name} is recreating ${how} Pod ${pod.metadata.name}`,
  });
  pass.deletePod(pod);
}
