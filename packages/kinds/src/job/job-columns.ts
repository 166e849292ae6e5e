import { humanDuration, type KubeObject, type TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Container, LabelSelector } from '../generated/api-types.ts';
import { formatLabelSelector } from '../columns/format-label-selector.ts';
import { jobOf } from './job-of.ts';

export const jobColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({ name: 'Status', description: 'Status of the job.', cell: statusText }),
  textColumn({
    name: 'Completions',
    description: 'How many pods have succeeded, of how many that must.',
    cell: completionsText,
  }),
  textColumn({ name: 'Duration', description: 'Time required to complete the job.', cell: durationText }),
  ageColumn,
  ...templateColumns((object) => {
    const { spec } = jobOf(object);
    return { containers: spec?.template.spec?.containers ?? [], selector: spec?.selector };
  }),
];

/** The wide columns of kinds that hold a template of pods. */
export function templateColumns(
  of: (object: KubeObject) => { containers: readonly Container[]; selector: LabelSelector | undefined },
): readonly TableColumn[] {
  return [
    wideColumn({
      name: 'Containers',
      description: 'Names of each container in the template.',
      cell: (object) =>
        of(object)
          .containers.map(({ name }) => name)
          .join(','),
    }),
    wideColumn({
      name: 'Images',
      description: 'Images referenced by each container in the template.',
      cell: (object) =>
        of(object)
          .containers.map(({ image }) => image ?? '')
          .join(','),
    }),
    wideColumn({
      name: 'Selector',
      description: 'The labels by which the pods are found.',
      cell: (object) => formatLabelSelector(of(object).selector),
    }),
  ];
}

/** The conditions that give the status, the most final first. A job that is being deleted comes after those that end. */
const endings = ['Complete', 'Failed'];
const stages = [
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
] as const;

function statusText(object: KubeObject): string {
  const { metadata, status } = jobOf(object);
  const isTrue = (wanted: string) =>
    status?.conditions?.find(({ type }) => type === wanted)?.status === 'True';
  const ending = endings.find(isTrue);
  if (ending !== undefined) return ending;
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return stages.find(([type]) => isTrue(type))?.[1] ?? 'Running';
}

function completionsText(object: KubeObject): string {
  const { spec, status } = jobOf(object);
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText(object: KubeObject, now: Date): string {
  const { startTime, completionTime } = jobOf(object).status ?? {};
  if (!startTime) return '';
  const endMs = completionTime ? Date.parse(completionTime) : now.getTime();
  return humanDuration(endMs - Date.parse(startTime));
}
