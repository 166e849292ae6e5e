import type { KindRegistry } from '@berth/kinds';
import { compareQuantities, type KubeObject } from '@berth/machinery';
import type { ObservedChange } from './reconciler.ts';

/** The namespace in which a quota has come to leave more room: what was refused there may be tried again at once. */
export function roomierNamespace(
  { resource, before, after }: ObservedChange,
  registry: KindRegistry,
): string | undefined {
  if (before === undefined || registry.byResource(resource)?.quota === undefined) return undefined;
  return after === undefined || leavesMore(amountsOf(before), amountsOf(after))
    ? (before.metadata.namespace ?? '')
    : undefined;
}

interface Amounts {
  readonly hard?: Readonly<Record<string, string>>;
  readonly used?: Readonly<Record<string, string>>;
}

function amountsOf(quota: KubeObject): Amounts {
  // Kinds with quotas have these members in their status.
  return (quota as { status?: Amounts }).status ?? {};
}

function leavesMore(before: Amounts, after: Amounts): boolean {
  return Object.entries(before.hard ?? {}).some(([resource, hard]) => {
    const next = after.hard?.[resource];
    const used = (amounts: Amounts) => amounts.used?.[resource] ?? '0';
    return (
      next === undefined ||
      compareQuantities(next, hard) > 0 ||
      compareQuantities(used(after), used(before)) < 0
    );
  });
}
