import { toTime } from '@berth/machinery';
import type { Condition } from '../generated/api-types.ts';

/** What a condition says; when it came to say so, and of which generation, is kept beside it. */
export interface ConditionState {
  readonly type: string;
  readonly isTrue: boolean;
  /** One word in CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/**
 * The conditions with these states. Others stay as they are, and so does the time of one whose status does not change.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties
 */
export function withConditions(
  current: readonly Condition[],
  states: readonly ConditionState[],
  { now, observedGeneration }: { readonly now: Date; readonly observedGeneration: number | undefined },
): Condition[] {
  const next = new Map(current.map((condition) => [condition.type, condition]));
  for (const { type, isTrue, reason, message } of states) {
    const status = isTrue ? 'True' : 'False';
    const before = next.get(type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : toTime(now);
    next.set(type, {
      type,
      status,
      ...(observedGeneration !== undefined && { observedGeneration }),
      lastTransitionTime,
      reason,
      message,
    });
  }
  return [...next.values()];
}
