import { type KubeObject, path } from '@berth/machinery';
import { jobSpecWarnings, podNameWarnings, specChanged } from '../job/job-warnings.ts';
import { cronJobOf } from './cron-job-of.ts';

/** Upstream's message has the field like this. */
const zoneInSchedule =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

/** Of a new CronJob, or of an update. A schedule with a zone is refused in new ones, and old ones may keep theirs. */
export function cronJobWarnings(object: KubeObject, current?: KubeObject): readonly string[] {
  const { metadata, spec } = cronJobOf(object);
  const ofJobs = (): readonly string[] =>
    jobSpecWarnings(spec.jobTemplate.spec, path('spec', 'jobTemplate', 'spec'));
  if (!current) return [...podNameWarnings(metadata.name), ...ofJobs()];
  return [
    ...(specChanged(object, current) ? ofJobs() : []),
    ...(spec.schedule.includes('TZ') ? [zoneInSchedule] : []),
  ];
}
