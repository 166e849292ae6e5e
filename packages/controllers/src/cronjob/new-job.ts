import type { CronJob, Job } from '@berth/kinds';
import { toTime, zoneOffsetMs } from '@berth/machinery';
import { controllerReference } from '../ownership.ts';
import { jobNameAt, scheduledTimestampAnnotation } from './cron-facts.ts';

/** The Job of one scheduled time. */
export function newJob(cronJob: CronJob, scheduled: Date): Job {
  const { metadata: template, spec = { template: {} } } = cronJob.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobNameAt(cronJob, scheduled),
      namespace: cronJob.metadata.namespace ?? '',
      ...(template?.labels ? { labels: template.labels } : {}),
      annotations: {
        ...template?.annotations,
        [scheduledTimestampAnnotation]: zonedTime(scheduled, cronJob.spec.timeZone),
      },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  };
}

/** RFC 3339 with the offset that the zone has at that time. */
function zonedTime(at: Date, timeZone = 'UTC'): string {
  const offsetMs = zoneOffsetMs(timeZone, at.getTime());
  const utc = toTime(new Date(at.getTime() + offsetMs));
  if (offsetMs === 0) return utc;
  const minutes = Math.abs(offsetMs) / 60_000;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${utc.slice(0, -1)}${offsetMs < 0 ? '-' : '+'}${hours}:${rest}`;
}
