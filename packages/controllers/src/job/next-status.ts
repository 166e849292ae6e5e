import type { JobCondition, JobStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { News } from '../news.ts';
import { present } from '../present.ts';
import { withCondition } from './conditions.ts';
import type { Count } from './count-pods.ts';
import { isSuspended, specOf } from './job-facts.ts';
import type { Situation } from './situation.ts';
import type { Verdict } from './verdict.ts';

/** What one reconcile did, as far as the status tells of it. */
export interface Progress {
  readonly count: Count;
  readonly verdict: Verdict | undefined;
  /** After the pods that this reconcile creates and deletes. */
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
}

export interface StatusChange {
  readonly status: JobStatus;
  /** What Events tell of the change. */
  readonly news: readonly News[];
}

/** The Job's next status. The end becomes final once every pod is counted and none is left or on its way out. */
export function nextStatus(situation: Situation, progress: Progress, now: Date): StatusChange {
  const { job } = situation;
  const { count, verdict } = progress;
  const news: News[] = [];
  const time = toTime(now);
  let { startTime } = job.status ?? {};
  if (startTime === undefined && !isSuspended(job)) startTime = time;

  let conditions: readonly JobCondition[] = job.status?.conditions ?? [];
  if (verdict) conditions = withCondition(conditions, announcement(verdict), now);
  else if (!job.metadata.deletionTimestamp) {
    const suspension = suspensionOf(isSuspended(job));
    const next = withCondition(conditions, suspension.condition, now);
    if (next !== conditions) {
      news.push(suspension.news);
      // A resumed Job's deadline counts from its resumption.
      if (!isSuspended(job)) startTime = time;
      conditions = next;
    }
  }

  const isFinal = verdict !== undefined && count.isWhole && progress.active + progress.terminating === 0;
  if (isFinal) {
    conditions = withCondition(conditions, conclusion(verdict), now);
    news.push(...finalNews(situation, { verdict, count }));
  }
  const status = present<JobStatus>({
    conditions: conditions.length > 0 ? [...conditions] : undefined,
    startTime,
    completionTime: isFinal && verdict.outcome === 'succeeds' ? time : job.status?.completionTime,
    active: progress.active || undefined,
    succeeded: count.succeeded || undefined,
    failed: count.failed || undefined,
    terminating: progress.terminating,
    completedIndexes: count.completedIndexes || undefined,
    failedIndexes: count.failedIndexes,
    uncountedTerminatedPods: count.uncounted,
    ready: progress.ready,
  });
  return { status, news };
}

function announcement(verdict: Verdict) {
  const type = verdict.outcome === 'succeeds' ? 'SuccessCriteriaMet' : 'FailureTarget';
  return { type, status: 'True', reason: verdict.reason, message: verdict.message } as const;
}

function conclusion(verdict: Verdict) {
  const type = verdict.outcome === 'succeeds' ? 'Complete' : 'Failed';
  return { type, status: 'True', reason: verdict.reason, message: verdict.message } as const;
}

function suspensionOf(suspended: boolean) {
  const [status, reason, message] = suspended
    ? (['True', 'Suspended', 'Job suspended'] as const)
    : (['False', 'Resumed', 'Job resumed'] as const);
  return {
    condition: { type: 'Suspended', status, reason: `Job${reason}`, message },
    news: { eventType: 'Normal', reason, message } satisfies News,
  };
}

function finalNews(
  { job }: Situation,
  { verdict, count }: { verdict: Verdict; count: Count },
): readonly News[] {
  if (verdict.outcome === 'fails') {
    return [{ eventType: 'Warning', reason: verdict.reason, message: verdict.message }];
  }
  const { completions } = specOf(job);
  const tooMany = completions !== undefined && count.succeeded > completions;
  return [
    ...(tooMany
      ? [
          {
            eventType: 'Warning' as const,
            reason: 'TooManySucceededPods',
            message: 'Too many succeeded pods running after completion count reached',
          },
        ]
      : []),
    { eventType: 'Normal', reason: 'Completed', message: 'Job completed' },
  ];
}
