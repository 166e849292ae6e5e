import {
  checkQualifiedName,
  compareQuantities,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  path,
  required,
} from '@berth/machinery';
import type { LimitRange, LimitRangeItem } from '../generated/api-types.ts';
import { invalidFor } from '../pod-template/field-checks.ts';
import {
  isOvercommitAllowed,
  validateContainerResourceName,
  validateResourceName,
} from '../pod-template/resource-names.ts';
import type { ResourceAmounts } from '../pod-template/resource-totals.ts';
import { atOnePrecision } from './at-one-precision.ts';

const standardTypes: readonly string[] = ['Pod', 'Container', 'PersistentVolumeClaim'];

/** What is wrong with a LimitRange, in upstream's words and order. */
export function validateLimitRange(object: KubeObject): readonly FieldError[] {
  const { spec }: LimitRange = object;
  const seen = new Set<string>();
  return (spec?.limits ?? []).flatMap((item, index) => {
    const at = path('spec', 'limits').index(index);
    const errors = validateType(item.type, at.child('type'));
    if (seen.has(item.type)) errors.push(duplicate(at.child('type'), item.type));
    seen.add(item.type);
    return [...errors, ...validateNames(item, at), ...validateAmounts(item, at)];
  });
}

function validateType(type: string, at: FieldPath): FieldError[] {
  const errors = invalidFor({ at, value: type }, checkQualifiedName(type));
  if (errors.length > 0 || type.includes('/') || standardTypes.includes(type)) return errors;
  return [invalid(at, type, 'must be a standard limit type or fully qualified')];
}

function validateNames(item: LimitRangeItem, at: FieldPath): FieldError[] {
  const nameRule =
    item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  const namesOf = (field: keyof LimitRangeItem, amounts: ResourceAmounts | undefined) =>
    Object.keys(amounts ?? {}).flatMap((name) => nameRule(name, at.child(field).key(name)));
  return [
    ...namesOf('max', item.max),
    ...namesOf('min', item.min),
    ...(item.type === 'Pod'
      ? forbidDefaults(item, at)
      : [...namesOf('default', item.default), ...namesOf('defaultRequest', item.defaultRequest)]),
    ...requireStorage(item, at),
    ...namesOf('maxLimitRequestRatio', item.maxLimitRequestRatio),
  ];
}

function forbidDefaults(item: LimitRangeItem, at: FieldPath): FieldError[] {
  const detail = "may not be specified when `type` is 'Pod'";
  return (['default', 'defaultRequest'] as const)
    .filter((field) => Object.keys(item[field] ?? {}).length > 0)
    .map((field) => forbidden(at.child(field), detail));
}

function requireStorage({ type, min, max }: LimitRangeItem, at: FieldPath): FieldError[] {
  if (type !== 'PersistentVolumeClaim' || min?.['storage'] || max?.['storage']) return [];
  const detail = 'either minimum or maximum storage value is required, but neither was provided';
  return [required(at.child('limits'), detail)];
}

/** The amounts of one resource in a limit. */
interface Amounts {
  readonly name: string;
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly limit: string | undefined;
  readonly request: string | undefined;
  readonly ratio: string | undefined;
}

function validateAmounts(item: LimitRangeItem, at: FieldPath): FieldError[] {
  const { min, max, maxLimitRequestRatio: ratios, type } = item;
  const defaults = type === 'Pod' ? {} : item.default;
  const defaultRequests = type === 'Pod' ? {} : item.defaultRequest;
  const names = [max, min, defaults, defaultRequests, ratios].flatMap((amounts) =>
    Object.keys(amounts ?? {}),
  );
  return [...new Set(names)].toSorted().flatMap((name) => {
    const amounts: Amounts = {
      name,
      min: min?.[name],
      max: max?.[name],
      limit: defaults?.[name],
      request: defaultRequests?.[name],
      ratio: ratios?.[name],
    };
    return [
      ...validateOrder(amounts, at),
      ...validateRatio(amounts, at),
      ...validateOvercommitment(amounts, at),
    ];
  });
}

function exceeds(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && compareQuantities(left, right) > 0;
}

function validateOrder({ name, min, max, limit, request }: Amounts, at: FieldPath): FieldError[] {
  const minAt = at.child('min').key(name);
  const limitAt = at.child('default').key(name);
  const requestAt = at.child('defaultRequest').key(name);
  const errors: FieldError[] = [];
  if (exceeds(min, max))
    errors.push(invalid(minAt, min, `min value ${min} is greater than max value ${max}`));
  if (exceeds(min, request)) {
    const detail = `min value ${min} is greater than default request value ${request}`;
    errors.push(invalid(requestAt, request, detail));
  }
  if (exceeds(request, max)) {
    errors.push(
      invalid(requestAt, request, `default request value ${request} is greater than max value ${max}`),
    );
  }
  if (exceeds(request, limit)) {
    const detail = `default request value ${request} is greater than default limit value ${limit}`;
    errors.push(invalid(requestAt, request, detail));
  }
  if (exceeds(min, limit)) {
    errors.push(invalid(limitAt, min, `min value ${min} is greater than default value ${limit}`));
  }
  if (exceeds(limit, max)) {
    errors.push(invalid(limitAt, max, `default value ${limit} is greater than max value ${max}`));
  }
  return errors;
}

function validateRatio({ name, min, max, ratio }: Amounts, at: FieldPath): FieldError[] {
  if (ratio === undefined) return [];
  const ratioAt = at.child('maxLimitRequestRatio').key(name);
  const errors: FieldError[] = [];
  if (exceeds('1', ratio)) errors.push(invalid(ratioAt, ratio, `ratio ${ratio} is less than 1`));
  if (min === undefined || max === undefined) return errors;
  const { values, perUnit } = atOnePrecision([ratio, min, max]);
  const [ratioValue = 0, minValue = 0, maxValue = 0] = values;
  const largest = maxValue / minValue;
  if (ratioValue / perUnit > largest) {
    const detail = `ratio ${ratio} is greater than max/min = ${largest.toFixed(6)}`;
    errors.push(invalid(ratioAt, ratio, detail));
  }
  return errors;
}

/** What cannot be overcommitted is requested as it is limited. */
function validateOvercommitment({ name, limit, request }: Amounts, at: FieldPath): FieldError[] {
  if (isOvercommitAllowed(name) || limit === undefined || request === undefined) return [];
  if (compareQuantities(limit, request) === 0) return [];
  const detail = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
  return [invalid(at.child('defaultRequest').key(name), request, detail)];
}
