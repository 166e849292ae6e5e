import type { Job, Pod } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import { claimObjects } from '../claims/claim-objects.ts';
import { isControlledBy } from '../ownership.ts';
import { createPodActions, deletePodActions } from '../pods/pod-actions.ts';
import { isPodReady } from '../pods/pod-state.ts';
import { unusedPodNames } from '../pods/unused-pod-names.ts';
import type { Action, ClusterView, ReconcileContext, ReconcileKey } from '../reconciler.ts';
import { countPods } from './count-pods.ts';
import { finishedCondition, isManagedElsewhere } from './job-facts.ts';
import { jobOwner } from './job-owner.ts';
import { managePods, type PodPlan } from './manage-pods.ts';
import { newPod, podNamePrefix } from './new-pod.ts';
import { nextStatus } from './next-status.ts';
import { isSettled } from './pod-facts.ts';
import { stopTracking, withoutTracking, withTracking } from './pod-tracking.ts';
import { observe, type Situation } from './situation.ts';
import { deadlineOf, judge, judgeCompletion, type Verdict } from './verdict.ts';

const nothingPlanned: PodPlan = { create: [], remove: [], retryAt: undefined };

/** One pass over a Job: observe, judge, manage its pods, count those that ended, tell the status. */
export function reconcileJob(
  key: ReconcileKey,
  view: ClusterView,
  context: ReconcileContext,
): readonly Action[] {
  const job = view.get<Job>(key);
  if (!job || isManagedElsewhere(job)) return [];
  const { claimed: pods, actions: claims } = claimObjects<Job, Pod>(job, {
    owner: jobOwner,
    resource: 'pods',
    view,
    isOver: isSettled,
    onAdopt: withTracking,
    onRelease: withoutTracking,
  });
  if (finishedCondition(job)) return pods.flatMap(stopTracking);
  if (claims.length > 0) return claims;

  const settled = () =>
    view
      .ownedBy<Pod>(job.metadata.uid ?? '', 'pods')
      .filter((pod) => isControlledBy(pod, job) && isSettled(pod));
  const situation = observe(job, pods, settled);
  const certain = judge(situation, context.now);
  const plan = planPods(situation, { verdict: certain, view, context });
  const active = situation.active.length - plan.remove.length + plan.create.length;
  const verdict = certain ?? judgeCompletion(situation, active);
  const count = countPods(situation, { verdict, podsAtOnce: context.podsAtOnce });
  const progress = {
    count,
    verdict,
    active,
    ready: situation.ready - plan.remove.filter(isPodReady).length,
    terminating: situation.terminating + plan.remove.length,
  };
  const { status, news } = nextStatus(situation, progress, context.now);

  const released = new Set(count.released);
  // A pod that the Job itself takes away was not lost to a failure: it goes uncounted.
  for (const pod of verdict ? [] : plan.remove) released.add(pod);
  return [
    ...[...released].flatMap(stopTracking),
    ...plan.remove.flatMap((pod) => deletePodActions(job, pod)),
    ...createActions(job, { plan, view, context }),
    ...(semanticEqual(status, job.status)
      ? []
      : [{ type: 'updateStatus' as const, object: { ...job, status } }]),
    ...news.map((event): Action => ({ type: 'event', regarding: job, ...event })),
    ...wakes({ ...job, status }, { verdict, retryAt: plan.retryAt }),
  ];
}

function planPods(
  situation: Situation,
  { verdict, view, context }: { verdict: Verdict | undefined; view: ClusterView; context: ReconcileContext },
): PodPlan {
  if (verdict) return { ...nothingPlanned, remove: situation.active.slice(0, context.podsAtOnce) };
  const { deletionTimestamp, namespace = '' } = situation.job.metadata;
  if (deletionTimestamp || !acceptsObjects(view, namespace)) return nothingPlanned;
  return managePods(situation, context);
}

function createActions(
  job: Job,
  { plan, view, context }: { plan: PodPlan; view: ClusterView; context: ReconcileContext },
): readonly Action[] {
  const unusedName = unusedPodNames(job.metadata.namespace ?? '', view, context);
  return plan.create.flatMap((indexed) => {
    const name = unusedName(podNamePrefix(job, indexed?.index));
    return createPodActions(job, newPod(job, name, indexed));
  });
}

function wakes(
  job: Job,
  { verdict, retryAt }: { verdict: Verdict | undefined; retryAt: number | undefined },
): readonly Action[] {
  const deadline = verdict ? undefined : deadlineOf(job);
  return [deadline, retryAt].flatMap((at): readonly Action[] =>
    at === undefined ? [] : [{ type: 'wakeAt', at: new Date(at) }],
  );
}
