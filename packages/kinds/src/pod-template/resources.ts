import {
  compareQuantities,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  parseQuantity,
  quantityMillis,
  quantityUnits,
  required,
} from '@berth/machinery';
import type { ResourceRequirements } from '../generated/api-types.ts';
import { validateResourceClaims } from './resource-claims.ts';
import {
  isHugePages,
  isOvercommitAllowed,
  isPodLevelResource,
  isWholeNumberResource,
  validateContainerResourceName,
  validateResourceName,
} from './resource-names.ts';

/** `podClaims` are the names in the pod's `resourceClaims`. */
export function validateContainerResources(
  resources: ResourceRequirements,
  at: FieldPath,
  podClaims: ReadonlySet<string>,
): FieldError[] {
  return [
    ...validateRequirements(resources, at, validateContainerResourceName),
    ...validateResourceClaims(resources.claims ?? [], at.child('claims'), podClaims),
  ];
}

/** Requests and limits of a whole pod. */
export function validatePodLevelRequirements(
  resources: ResourceRequirements,
  at: FieldPath,
  podClaims: ReadonlySet<string>,
): FieldError[] {
  return [
    ...validateRequirements(resources, at, validatePodResourceName),
    ...validateResourceClaims(resources.claims ?? [], at.child('claims'), podClaims),
  ];
}

function validatePodResourceName(name: string, at: FieldPath): FieldError[] {
  const errors = validateResourceName(name, at);
  if (errors.length > 0 || isPodLevelResource(name)) return errors;
  return [notSupported(at, name, ['cpu', 'hugepages-', 'memory'])];
}

/** What a pod needs beside its containers: the rules of limits. */
export function validateOverhead(overhead: Record<string, string>, at: FieldPath): FieldError[] {
  return validateRequirements({ limits: overhead }, at, validateContainerResourceName);
}

type ResourceNameRule = (name: string, at: FieldPath) => FieldError[];

function validateRequirements(
  resources: ResourceRequirements,
  at: FieldPath,
  nameRule: ResourceNameRule,
): FieldError[] {
  const limits = resources.limits ?? {};
  const requests = resources.requests ?? {};
  const errors: FieldError[] = [];
  for (const [name, amount] of Object.entries(limits)) {
    const limitAt = at.child('limits').key(name);
    errors.push(
      ...nameRule(name, limitAt),
      ...validateAmount(name, amount, limitAt),
      ...validatePages(name, amount, limitAt),
    );
  }
  for (const [name, amount] of Object.entries(requests)) {
    const requestAt = at.child('requests').key(name);
    errors.push(
      ...nameRule(name, requestAt),
      ...validateAmount(name, amount, requestAt),
      ...validateAgainstLimit({ name, amount, limit: limits[name] }, at),
      ...validatePages(name, amount, requestAt),
    );
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbidden(at, 'HugePages require cpu or memory'));
  }
  return errors;
}

/** Not negative, and whole where it is counted. */
function validateAmount(name: string, amount: string, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (compareQuantities(amount, '0') < 0) {
    errors.push(invalid(at, amount, 'must be greater than or equal to 0'));
  }
  if (isWholeNumberResource(name) && quantityMillis(amount) % 1000 !== 0) {
    errors.push(invalid(at, amount, 'must be an integer'));
  }
  return errors;
}

interface Request {
  readonly name: string;
  readonly amount: string;
  readonly limit: string | undefined;
}

function validateAgainstLimit({ name, amount, limit }: Request, at: FieldPath): FieldError[] {
  if (limit === undefined) {
    if (isOvercommitAllowed(name)) return [];
    return [required(at.child('limits'), 'Limit must be set for non overcommitable resources')];
  }
  const order = compareQuantities(amount, limit);
  if (order !== 0 && !isOvercommitAllowed(name)) {
    return [invalid(at.child('requests'), amount, `must be equal to ${name} limit of ${limit}`)];
  }
  if (order <= 0) return [];
  return [invalid(at.child('requests'), amount, `must be less than or equal to ${name} limit of ${limit}`)];
}

function validatePages(name: string, amount: string, at: FieldPath): FieldError[] {
  if (!isHugePages(name) || isMultipleOfPage(name, amount)) return [];
  return [invalid(at, amount, `${amount} is not positive integer multiple of ${name}`)];
}

function isMultipleOfPage(name: string, amount: string): boolean {
  let pageSize: number;
  try {
    pageSize = quantityUnits(parseQuantity(name.slice('hugepages-'.length)));
  } catch {
    // The page size in the name is no quantity, so that nothing is a multiple of it.
    return false;
  }
  return pageSize > 0 && quantityUnits(amount) % pageSize === 0;
}
