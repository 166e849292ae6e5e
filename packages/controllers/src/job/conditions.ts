import type { JobCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';

/** A condition as it is to be; `False` is written only over an existing one. */
export interface ConditionChange {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The conditions with one set. The same array if it was so already. */
export function withCondition(
  conditions: readonly JobCondition[],
  change: ConditionChange,
  now: Date,
): readonly JobCondition[] {
  const index = conditions.findIndex((condition) => condition.type === change.type);
  const current = conditions[index];
  if (!current && change.status === 'False') return conditions;
  const { status, reason = '', message = '' } = current ?? { status: undefined };
  if (status === change.status && reason === change.reason && message === change.message) return conditions;
  const time = toTime(now);
  const next = {
    type: change.type,
    status: change.status,
    lastProbeTime: time,
    lastTransitionTime: time,
    ...(change.reason ? { reason: change.reason } : {}),
    ...(change.message ? { message: change.message } : {}),
  };
  return current ? conditions.with(index, next) : [...conditions, next];
}
