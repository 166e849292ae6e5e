import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '@berth/kinds';
import type { LabelRequirement } from '@berth/machinery';
import { toTime } from '@berth/machinery';
import { requirementsOf } from '../selection/requirements-of.ts';

export const budgetsResource = 'poddisruptionbudgets.policy';
/** For so long a pod that may be evicted counts as gone although it is still there. */
export const evictionTimeoutMs = 2 * 60_000;

/** What a budget is about; no selector selects nothing, and an empty one every pod of the namespace. */
export function budgetSelector({ spec }: PodDisruptionBudget): readonly LabelRequirement[] | undefined {
  return spec?.selector && requirementsOf(spec.selector);
}

type Condition = NonNullable<PodDisruptionBudgetStatus['conditions']>[number];
const conditionType = 'DisruptionAllowed';

/** A budget of which nothing is known. */
export const emptyBudgetStatus = {
  disruptionsAllowed: 0,
  currentHealthy: 0,
  desiredHealthy: 0,
  expectedPods: 0,
} satisfies PodDisruptionBudgetStatus;

export function disruptionCondition(status: PodDisruptionBudgetStatus | undefined): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === conditionType);
}

/** The status with the condition that tells whether there is room for an eviction, or why that cannot be said. */
export function withDisruptionCondition(
  status: PodDisruptionBudgetStatus,
  now: Date,
  failure?: string,
): PodDisruptionBudgetStatus {
  const current = disruptionCondition(status);
  const isAllowed = failure === undefined && (status.disruptionsAllowed ?? 0) > 0;
  const conditionStatus = isAllowed ? 'True' : 'False';
  const fallback = isAllowed ? 'SufficientPods' : 'InsufficientPods';
  const condition: Condition = {
    type: conditionType,
    status: conditionStatus,
    ...(status.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    lastTransitionTime: current?.status === conditionStatus ? current.lastTransitionTime : toTime(now),
    reason: failure === undefined ? fallback : 'SyncFailed',
    message: failure ?? '',
  };
  const others = (status.conditions ?? []).filter((other) => other !== current);
  return { ...status, conditions: [...others, condition] };
}
