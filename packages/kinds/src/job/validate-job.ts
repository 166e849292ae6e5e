import {
  checkDns1123Label,
  type FieldError,
  invalid,
  type KubeObject,
  type Labels,
  labelSelectorRequirements,
  matchesLabels,
  path,
  required,
  validateLabelSelector,
} from '@berth/machinery';
import type { Job, JobSpec, LabelSelector } from '../generated/api-types.ts';
import {
  controllerUidLabel,
  jobNameLabel,
  legacyControllerUidLabel,
  legacyJobNameLabel,
} from './job-labels.ts';
import { validateJobSpec } from './validate-job-spec.ts';

import { jobOf } from './job-of.ts';

const specAt = path('spec');

/** All that upstream's `ValidateJob` checks beyond metadata. */
export function validateJob(object: KubeObject): readonly FieldError[] {
  const job = jobOf(object);
  const spec = job.spec ?? { template: {} };
  return [
    ...validateGeneratedSelector(job, spec),
    ...validateJobSpec(spec, specAt),
    ...validateSelector(spec),
    ...validateHostnames(job, spec),
  ];
}

/** A generated selector must select this job's pods and no others'. */
function validateGeneratedSelector({ metadata }: Job, spec: JobSpec): FieldError[] {
  if (spec.manualSelector || !spec.selector) return [];
  const { name, uid = '' } = metadata;
  const expected = {
    [legacyControllerUidLabel]: uid,
    [legacyJobNameLabel]: name,
    [controllerUidLabel]: uid,
    [jobNameLabel]: name,
  };
  const labels = spec.template.metadata?.labels ?? {};
  const labelsAt = path('spec', 'template', 'metadata', 'labels');
  const errors = uid === '' ? [required(path('metadata', 'uid'))] : [];
  for (const [label, value] of Object.entries(expected)) {
    const actual = labels[label];
    const detail = `must be '${value}'`;
    if (actual === undefined) errors.push(required(labelsAt.key(label), detail));
    else if (actual !== value) errors.push(invalid(labelsAt.key(label), sorted(labels), detail));
  }
  if (selects(spec.selector, expected) !== false) return errors;
  const shown = { ...spec.selector, matchLabels: sorted(spec.selector.matchLabels) };
  return [...errors, invalid(specAt.child('selector'), shown, '`selector` not auto-generated')];
}

function validateSelector({ selector, template }: JobSpec): FieldError[] {
  const at = specAt.child('selector');
  const errors = selector ? validateLabelSelector(selector, at) : [required(at)];
  const labels = template.metadata?.labels;
  // No selector at all selects nothing.
  if ((selector ? selects(selector, labels) : false) !== false) return errors;
  const labelsAt = specAt.child('template', 'metadata', 'labels');
  return [
    ...errors,
    invalid(labelsAt, labels && sorted(labels), '`selector` does not match template `labels`'),
  ];
}

/** Undefined for a selector that is malformed: what is wrong with it is said elsewhere. */
function selects(selector: LabelSelector, labels: Labels): boolean | undefined {
  if (validateLabelSelector(selector, specAt).length > 0) return undefined;
  return matchesLabels(labels, labelSelectorRequirements(selector));
}

/** As Go prints a map. */
function sorted(map: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** An indexed job's pods have `<job>-<index>` as their host name. */
function validateHostnames({ metadata }: Job, { completionMode, completions = 0 }: JobSpec): FieldError[] {
  if (completionMode !== 'Indexed' || completions <= 0) return [];
  const longest = `${metadata.name}-${completions - 1}`;
  if (checkDns1123Label(longest).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalid(path('metadata', 'name'), metadata.name, detail)];
}
