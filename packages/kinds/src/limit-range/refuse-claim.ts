import { aggregateMessages } from '@berth/machinery';
import type { LimitRange, PersistentVolumeClaim } from '../generated/api-types.ts';
import { keepsMaxRequest, keepsMin, type Usage, violations } from './constraints.ts';

/**
 * Why a claim of storage does not keep to a LimitRange of its namespace, in upstream's words; nothing if it does. Only
 * what it requests counts. Both creates and updates are judged.
 */
export function refuseClaim(
  claim: PersistentVolumeClaim,
  policies: readonly LimitRange[],
): string | undefined {
  const usage: Usage = { requests: claim.spec?.resources?.requests ?? {}, limits: {} };
  for (const policy of policies) {
    const problems = (policy.spec?.limits ?? [])
      .filter(({ type }) => type === 'PersistentVolumeClaim')
      .flatMap(({ type, min, max }) => [
        ...violations(keepsMin, { type, amounts: min }, usage),
        ...violations(keepsMaxRequest, { type, amounts: max }, usage),
      ]);
    if (problems.length > 0) return aggregateMessages(problems);
  }
  return undefined;
}
