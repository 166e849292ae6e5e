import { compareQuantities, type FieldError, type FieldPath, forbidden, invalid } from '@berth/machinery';
import type { PodSpec } from '../generated/api-types.ts';
import { podClaimNames } from './resource-claims.ts';
import { isHugePages } from './resource-names.ts';
import { totalOfContainers } from './resource-totals.ts';
import { validatePodLevelRequirements } from './resources.ts';

/** Requests and limits of the pod as a whole, which its containers must fit in. `at` is that of the spec. */
export function validatePodLevelResources(spec: PodSpec, at: FieldPath): FieldError[] {
  const { resources } = spec;
  if (!resources) return [];
  const resourcesAt = at.child('resources');
  if (spec.os?.name === 'windows') return [forbidden(resourcesAt, 'may not be set for a windows pod')];
  const errors: FieldError[] = [];
  if (resources.claims !== undefined) {
    const detail = 'claims may not be set for Resources at pod-level';
    errors.push(forbidden(resourcesAt.child('claims'), detail));
  }
  return [
    ...errors,
    ...validatePodLevelRequirements(resources, resourcesAt, podClaimNames(spec)),
    ...validateTotals(spec, resourcesAt),
    ...validateContainerLimits(spec, resourcesAt),
  ];
}

function validateTotals(spec: PodSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const kind of ['requests', 'limits'] as const) {
    for (const [name, total] of Object.entries(totalOfContainers(spec, kind))) {
      const amount = spec.resources?.[kind]?.[name];
      // Of limits only those of huge pages must hold what the containers' add up to.
      if (amount === undefined || (kind === 'limits' && !isHugePages(name))) continue;
      if (compareQuantities(total, amount) <= 0) continue;
      const detail = `must be greater than or equal to aggregate container ${kind} of ${total}`;
      errors.push(invalid(at.child(kind).key(name), amount, detail));
    }
  }
  return errors;
}

function validateContainerLimits(spec: PodSpec, at: FieldPath): FieldError[] {
  return (spec.containers ?? []).flatMap(({ resources }, index) =>
    Object.entries(resources?.limits ?? {}).flatMap(([name, amount]) => {
      const limit = spec.resources?.limits?.[name];
      if (limit === undefined || compareQuantities(amount, limit) <= 0) return [];
      const limitAt = at.child('containers').index(index).key(name).child('limits');
      return [invalid(limitAt, amount, `must be less than or equal to pod limits of ${limit}`)];
    }),
  );
}
