import type { ResourceAmounts } from '../pod-template/resource-totals.ts';
import { atOnePrecision } from './at-one-precision.ts';

/** What is requested and limited together, by a container, a pod or a claim. */
export interface Usage {
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
}

/** One bound of one resource in a LimitRange. */
interface Bound {
  /** `Container`, `Pod` or `PersistentVolumeClaim`. */
  readonly type: string;
  readonly resource: string;
  readonly amount: string;
}

/** Why `usage` does not keep to the bound, in upstream's words; nothing if it does. */
type Constraint = (bound: Bound, usage: Usage) => string | undefined;

export const keepsMin: Constraint = ({ type, resource, amount }, { requests, limits }) => {
  const rule = `minimum ${resource} usage per ${type} is ${amount}`;
  const request = requests[resource];
  const limit = limits[resource];
  if (request === undefined) return `${rule}.  No request is specified`;
  if (isLess(request, amount)) return `${rule}, but request is ${request}`;
  if (limit !== undefined && isLess(limit, amount)) return `${rule}, but limit is ${limit}`;
  return undefined;
};

export const keepsMax: Constraint = ({ type, resource, amount }, { requests, limits }) => {
  const rule = `maximum ${resource} usage per ${type} is ${amount}`;
  const request = requests[resource];
  const limit = limits[resource];
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (isLess(amount, limit)) return `${rule}, but limit is ${limit}`;
  if (request !== undefined && isLess(amount, request)) return `${rule}, but request is ${request}`;
  return undefined;
};

/** For what knows no limits. */
export const keepsMaxRequest: Constraint = ({ type, resource, amount }, { requests }) => {
  const rule = `maximum ${resource} usage per ${type} is ${amount}`;
  const request = requests[resource];
  if (request === undefined) return `${rule}.  No request is specified`;
  return isLess(amount, request) ? `${rule}, but request is ${request}` : undefined;
};

export const keepsRatio: Constraint = ({ type, resource, amount }, { requests, limits }) => {
  const rule = `${resource} max limit to request ratio per ${type} is ${amount}`;
  const request = requests[resource] ?? '0';
  const limit = limits[resource] ?? '0';
  const [requestValue = 0, limitValue = 0] = atOnePrecision([request, limit]).values;
  if (requestValue === 0) return `${rule}, but no request is specified or request is 0`;
  if (limitValue === 0) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = limitValue / requestValue;
  const { values, perUnit } = atOnePrecision([amount]);
  const largest = (values[0] ?? 0) / perUnit;
  return ratio > largest ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
};

function isLess(left: string, right: string): boolean {
  const [leftValue = 0, rightValue = 0] = atOnePrecision([left, right]).values;
  return leftValue < rightValue;
}

/** All that a usage is refused for by one kind of bound. */
export function violations(
  constraint: Constraint,
  bounds: { readonly type: string; readonly amounts: ResourceAmounts | undefined },
  usage: Usage,
): string[] {
  const { type, amounts = {} } = bounds;
  return Object.entries(amounts).flatMap(
    ([resource, amount]) => constraint({ type, resource, amount }, usage) ?? [],
  );
}
