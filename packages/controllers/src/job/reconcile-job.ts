import type { Job, Pod } from '@berth/kinds';
import { generateName, labelSelectorRequirements, matchesLabels, semanticEqual } from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import { hasFinalizer, isControlledBy, withoutFinalizer, withoutOwner } from '../ownership.ts';
import type { Action, ClusterView, ReconcileContext, ReconcileKey } from '../reconciler.ts';
import { countPods } from './count-pods.ts';
import { finishedCondition, isManagedElsewhere, trackingFinalizer } from './job-facts.ts';
import { managePods, mostPodsAtOnce, type PodPlan } from './manage-pods.ts';
import { newPod, podNamePrefix } from './new-pod.ts';
import { nextStatus } from './next-status.ts';
import { isReady } from './pod-facts.ts';
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
  const owned = view.ownedBy<Pod>(job.metadata.uid ?? '', 'pods').filter((pod) => isControlledBy(pod, job));
  if (finishedCondition(job)) return owned.flatMap(releaseAction);

  const { pods, strangers } = splitBySelector(job, owned);
  const situation = observe(job, pods);
  const certain = judge(situation, context.now);
  const plan = planPods(situation, { verdict: certain, view, context });
  const active = situation.active.length - plan.remove.length + plan.create.length;
  const verdict = certain ?? judgeCompletion(situation, active);
  const count = countPods(situation, verdict);
  const progress = {
    count,
    verdict,
    active,
    ready: situation.ready - plan.remove.filter(isReady).length,
    terminating: situation.terminating + plan.remove.length,
  };
  const { status, news } = nextStatus(situation, progress, context.now);

  const released = new Set(count.released);
  // A pod that the Job itself takes away was not lost to a failure: it goes uncounted.
  for (const pod of verdict ? [] : plan.remove) released.add(pod);
  return [
    ...strangers.map(
      (pod): Action => ({
        type: 'update',
        object: withoutTracking(withoutOwner(pod, job.metadata.uid ?? '')),
      }),
    ),
    ...[...released].flatMap(releaseAction),
    ...plan.remove.flatMap((pod) => removeActions(job, pod)),
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
  if (verdict) return { ...nothingPlanned, remove: situation.active.slice(0, mostPodsAtOnce) };
  const { deletionTimestamp, namespace = '' } = situation.job.metadata;
  if (deletionTimestamp || !acceptsObjects(view, namespace)) return nothingPlanned;
  return managePods(situation, context);
}

/** Pods that lost the Job's labels are let go of, unless the Job itself is going. */
function splitBySelector(
  job: Job,
  owned: readonly Pod[],
): { pods: readonly Pod[]; strangers: readonly Pod[] } {
  if (job.metadata.deletionTimestamp || !job.spec?.selector) return { pods: owned, strangers: [] };
  const requirements = labelSelectorRequirements(job.spec.selector);
  const belongs = (pod: Pod): boolean => matchesLabels(pod.metadata.labels, requirements);
  return { pods: owned.filter(belongs), strangers: owned.filter((pod) => !belongs(pod)) };
}

function withoutTracking(pod: Pod): Pod {
  return withoutFinalizer(pod, trackingFinalizer);
}

function releaseAction(pod: Pod): readonly Action[] {
  return hasFinalizer(pod, trackingFinalizer) ? [{ type: 'update', object: withoutTracking(pod) }] : [];
}

function removeActions(job: Job, pod: Pod): readonly Action[] {
  const { namespace = '', name, uid = '' } = pod.metadata;
  const message = `Deleted pod: ${name}`;
  return [
    { type: 'delete', key: { resource: 'pods', namespace, name }, uid },
    { type: 'event', regarding: job, eventType: 'Normal', reason: 'SuccessfulDelete', message },
  ];
}

function createActions(
  job: Job,
  { plan, view, context }: { plan: PodPlan; view: ClusterView; context: ReconcileContext },
): readonly Action[] {
  const { namespace = '' } = job.metadata;
  const taken = new Set<string>();
  return plan.create.flatMap((indexed): readonly Action[] => {
    const prefix = podNamePrefix(job, indexed?.index);
    let name = generateName(prefix, context.newNameSuffix);
    while (taken.has(name) || view.get({ resource: 'pods', namespace, name })) {
      name = generateName(prefix, context.newNameSuffix);
    }
    taken.add(name);
    const message = `Created pod: ${name}`;
    return [
      { type: 'create', object: newPod(job, name, indexed) },
      { type: 'event', regarding: job, eventType: 'Normal', reason: 'SuccessfulCreate', message },
    ];
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
