import { humanAge, type KubeObject, type TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import { templateColumns } from '../job/job-columns.ts';
import { cronJobOf } from './cron-job-of.ts';

export const cronJobColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({
    name: 'Schedule',
    description: 'The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.',
    cell: (object) => cronJobOf(object).spec.schedule,
  }),
  textColumn({
    name: 'Timezone',
    description: 'The time zone by whose clock the schedule runs; UTC if empty.',
    cell: (object) => cronJobOf(object).spec.timeZone ?? '<none>',
  }),
  {
    name: 'Suspend',
    type: 'boolean',
    description: 'Whether no further runs are started.',
    priority: 0,
    cell: suspendText,
  },
  {
    name: 'Active',
    type: 'integer',
    description: 'How many jobs are running.',
    priority: 0,
    cell: (object) => cronJobOf(object).status?.active?.length ?? 0,
  },
  textColumn({
    name: 'Last Schedule',
    description: 'Time since the last run was due.',
    cell: lastScheduleText,
  }),
  ageColumn,
  ...templateColumns((object) => {
    const { spec } = cronJobOf(object).spec.jobTemplate;
    return { containers: spec?.template.spec?.containers ?? [], selector: spec?.selector };
  }),
];

/** In words, as upstream prints it, though the column says boolean. */
function suspendText(object: KubeObject): string {
  const { suspend } = cronJobOf(object).spec;
  if (suspend === undefined) return '<unset>';
  return suspend ? 'True' : 'False';
}

function lastScheduleText(object: KubeObject, now: Date): string {
  const { lastScheduleTime } = cronJobOf(object).status ?? {};
  return lastScheduleTime ? humanAge(lastScheduleTime, now) : '<none>';
}
