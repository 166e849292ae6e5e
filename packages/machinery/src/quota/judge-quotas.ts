import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '../quantity/quantity.ts';
import { type ObjectUsage, objectCounter } from './object-usage.ts';
import type { ExceededLimit, QuotaRefusal } from './quota-refusal.ts';
import { isSelected, type QuotaRule } from './quota-rule.ts';

/** A quota with what is used of it. */
export interface QuotaState {
  readonly name: string;
  readonly rule: QuotaRule;
  /** Quantities by the quota's own names of resources. Absent: nothing is used. */
  readonly used: Readonly<Record<string, string>>;
}

/** A tenant's plan as a quota, whose resources are counters. */
export function planState(
  name: string,
  usage: readonly { readonly resource: string; readonly hard: string; readonly used: string }[],
): QuotaState {
  return {
    name,
    rule: {
      scopes: [],
      hard: usage.map(({ resource, hard }) => ({ resource, counter: resource, quantity: hard })),
    },
    used: Object.fromEntries(usage.map(({ resource, used }) => [resource, used])),
  };
}

/** A write as quotas see it. */
export interface UsageChange {
  /** `jobs.batch` */
  readonly resource: string;
  /** Absent for a create. */
  readonly before?: ObjectUsage;
  /** Absent for a delete. */
  readonly after?: ObjectUsage;
}

/**
 * Whether quotas leave room for a write: the first of them that does not, and why. Only what a write adds is judged, so
 * usage above a quota may stay or shrink. Says what the store's commit says, which is the judge.
 */
export function judgeQuotas(quotas: readonly QuotaState[], change: UsageChange): QuotaRefusal | undefined {
  for (const { name, rule } of quotas) {
    const missing = missingAmounts(rule, change);
    if (missing.length > 0) return { by: 'unspecified', quota: name, missing };
  }
  for (const { name, rule, used } of quotas) {
    const exceeded = exceededLimits(rule, { used, change });
    if (exceeded.length > 0) return { by: 'quota', quota: name, exceeded };
  }
  return undefined;
}

/** What the write adds to the quota's counters (or takes off, where negative), by the quota's names of resources. */
export function addedUsage(rule: QuotaRule, change: UsageChange): ReadonlyMap<string, Quantity> {
  const added = new Map<string, Quantity>();
  for (const { resource, counter } of rule.hard) {
    const before = amountOf(change.before, { counter, rule, resource: change.resource });
    const after = amountOf(change.after, { counter, rule, resource: change.resource });
    const nanos = after.nanos - before.nanos;
    if (nanos !== 0n)
      added.set(resource, { nanos, format: after.nanos === 0n ? before.format : after.format });
  }
  return added;
}

const nothing: Quantity = { nanos: 0n, format: 'DecimalSI' };
const one: Quantity = parseQuantity('1');

function amountOf(
  usage: ObjectUsage | undefined,
  { counter, rule, resource }: { counter: string; rule: QuotaRule; resource: string },
): Quantity {
  if (usage === undefined || !isSelected(rule.scopes, usage)) return nothing;
  if (counter === objectCounter(resource)) return one;
  const amount = usage.amounts[counter];
  return amount === undefined ? nothing : parseQuantity(amount);
}

function missingAmounts(rule: QuotaRule, { before, after }: UsageChange) {
  if (before !== undefined || after?.unspecified === undefined || !isSelected(rule.scopes, after)) return [];
  const { unspecified } = after;
  return rule.hard.flatMap(({ resource, counter }) => {
    const containers = unspecified[counter];
    return containers === undefined ? [] : [{ resource, containers }];
  });
}

function exceededLimits(
  rule: QuotaRule,
  { used, change }: { used: QuotaState['used']; change: UsageChange },
): readonly ExceededLimit[] {
  const added = addedUsage(rule, change);
  return rule.hard.flatMap(({ resource, quantity }) => {
    const requested = added.get(resource);
    const current = used[resource] ?? '0';
    if (requested === undefined || requested.nanos <= 0n) return [];
    if (compareQuantities(addQuantities(current, requested), quantity) <= 0) return [];
    return [{ resource, requested: formatQuantity(requested), used: current, limited: quantity }];
  });
}
