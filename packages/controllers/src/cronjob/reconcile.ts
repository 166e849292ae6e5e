import type { CronJob, CronJobStatus, Job } from '@berth/kinds';
import { type KubeObject, semanticEqual } from '@berth/machinery';
import { finishedCondition, jobsResource } from '../job/job-facts.ts';
import type { News } from '../news.ts';
import { controllerOf, isControlledBy } from '../ownership.ts';
import { roomierNamespace } from '../quota-news.ts';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { cronJobsResource } from './cron-facts.ts';
import { dueRun } from './due-run.ts';
import { jobsBeyondHistory } from './job-history.ts';
import { deleteJob, startRun } from './start-run.ts';
import { trackJobs } from './track-jobs.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ */
export const cronJobController: Reconciler = {
  name: 'cronjob-controller',
  keysOf: cronJobKeys,
  reconcile: (key, view, { now }) => {
    const cronJob = view.get<CronJob>(key);
    return cronJob ? reconcileCronJob(cronJob, view, now) : [];
  },
};

function reconcileCronJob(cronJob: CronJob, view: ClusterView, now: Date): readonly Action[] {
  const jobs = view
    .ownedBy<Job>(cronJob.metadata.uid ?? '', jobsResource)
    .filter((job) => isControlledBy(job, cronJob));
  const { status, news } = trackJobs(cronJob, jobs);
  const run = scheduleActions({ ...cronJob, status }, view, now);
  // Jobs that the new run replaces: their going is no news.
  const replaced = new Set(run.flatMap((action) => (action.type === 'delete' ? [action.uid] : [])));
  return [
    ...statusActions(cronJob, withoutActive(status, replaced)),
    ...news.map((event) => toAction(cronJob, event)),
    ...jobsBeyondHistory(cronJob, jobs).flatMap((job) => deleteJob(cronJob, job)),
    ...run,
  ];
}

function withoutActive(status: CronJobStatus, uids: ReadonlySet<string>): CronJobStatus {
  const { active = [], ...rest } = status;
  const left = active.filter(({ uid = '' }) => !uids.has(uid));
  return left.length > 0 ? { active: left, ...rest } : rest;
}

function scheduleActions(cronJob: CronJob, view: ClusterView, now: Date): readonly Action[] {
  const { deletionTimestamp, creationTimestamp } = cronJob.metadata;
  if (deletionTimestamp || cronJob.spec.suspend) return [];
  const { lastScheduleTime, active = [] } = cronJob.status ?? {};
  const since = new Date(lastScheduleTime ?? creationTimestamp ?? now);
  const { scheduled, next, news } = dueRun(cronJob, { since, now });
  return [
    ...news.map((event) => toAction(cronJob, event)),
    ...(scheduled ? startRun(cronJob, { scheduled, active }, view) : []),
    ...(next ? [{ type: 'wakeAt' as const, at: next }] : []),
  ];
}

function statusActions(cronJob: CronJob, status: CronJobStatus): readonly Action[] {
  if (semanticEqual(status, cronJob.status ?? {})) return [];
  return [{ type: 'updateStatus', object: { ...cronJob, status } }];
}

function toAction(cronJob: CronJob, event: News): Action {
  return { type: 'event', regarding: cronJob, ...event };
}

/** CronJobs that changed, those of which a Job came, went or finished, and those that may have been short of room. */
function cronJobKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { resource, before, after } = change;
  if (resource === cronJobsResource) return after ? [keyOf(resource, after)] : [];
  const roomier = roomierNamespace(change, view.registry);
  if (roomier !== undefined) {
    return view.list<CronJob>(cronJobsResource, roomier).map((cronJob) => keyOf(cronJobsResource, cronJob));
  }
  if (resource !== jobsResource) return [];
  if (before && after && isFinished(before) === isFinished(after) && sameController(before, after)) return [];
  const keys: ReconcileKey[] = [];
  for (const job of [before, after]) {
    const controller = job && controllerOf(job);
    if (controller?.kind !== 'CronJob') continue;
    const key = {
      resource: cronJobsResource,
      namespace: job?.metadata.namespace ?? '',
      name: controller.name,
    };
    if (view.get(key)?.metadata.uid === controller.uid) keys.push(key);
  }
  return keys;
}

function isFinished(object: KubeObject): boolean {
  // Objects of this resource are Jobs.
  return finishedCondition(object as Job) !== undefined;
}

function sameController(before: KubeObject, after: KubeObject): boolean {
  return controllerOf(before)?.uid === controllerOf(after)?.uid;
}
