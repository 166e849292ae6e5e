import { type FieldError, forbidden, invalid, type KubeObject, path, semanticEqual } from '@berth/machinery';
import type { PriorityClass } from '../generated/api-types.ts';
import { validateOptionalEnum } from '../pod-template/field-checks.ts';
import { highestUserPriority, systemPriorityClasses } from './system-classes.ts';

const reserved = 'system-';
const policies = ['PreemptLowerPriority', 'Never'];

export function validatePriorityClass(object: KubeObject): readonly FieldError[] {
  const { preemptionPolicy }: PriorityClass = object;
  return [
    ...validateValue(object),
    ...validateOptionalEnum(preemptionPolicy, path('preemptionPolicy'), policies),
  ];
}

function validateValue(priorityClass: PriorityClass): FieldError[] {
  const { metadata, value = 0 } = priorityClass;
  if (metadata.name.startsWith(reserved)) {
    const problem = problemOfSystemClass(priorityClass);
    if (problem === undefined) return [];
    const detail = `priority class names with '${reserved}' prefix are reserved for system use only. error: ${problem}`;
    return [forbidden(path('metadata', 'name'), detail)];
  }
  if (value <= highestUserPriority) return [];
  const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
  return [forbidden(path('value'), detail)];
}

function problemOfSystemClass({
  metadata,
  value = 0,
  globalDefault = false,
}: PriorityClass): string | undefined {
  const { name } = metadata;
  const known = systemPriorityClasses.find((systemClass) => systemClass.metadata.name === name);
  if (!known) return `${name} is not a known system priority class`;
  if (value !== known.value) return `value of ${name} PriorityClass must be ${known.value}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** What pods were given by a class must go on to hold. */
export function validatePriorityClassUpdate(object: KubeObject, stored: KubeObject): readonly FieldError[] {
  const next: PriorityClass = object;
  const current: PriorityClass = stored;
  const errors: FieldError[] = [];
  if ((next.value ?? 0) !== (current.value ?? 0)) {
    errors.push(forbidden(path('Value'), 'may not be changed in an update.'));
  }
  if (!semanticEqual(next.preemptionPolicy, current.preemptionPolicy)) {
    errors.push(invalid(path('preemptionPolicy'), next.preemptionPolicy, 'field is immutable'));
  }
  return errors;
}
