import type { DeploymentCondition } from './deployment-facts.ts';

/** What a condition says, without its times. */
export type ConditionText = Pick<DeploymentCondition, 'type' | 'status'> & {
  readonly reason: string;
  readonly message: string;
};

export function conditionOf(
  conditions: readonly DeploymentCondition[] | undefined,
  type: string,
): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * The conditions with this one in its place, last. One of the same status and reason stays as it is, as long as
 * `renews` does not say that it counts as new: clients read from its time how long nothing has happened.
 */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  text: ConditionText,
  { now, renews = false }: { readonly now: string; readonly renews?: boolean },
): readonly DeploymentCondition[] {
  const current = conditionOf(conditions, text.type);
  if (current && !renews && current.status === text.status && current.reason === text.reason)
    return conditions;
  const since = current?.status === text.status ? current.lastTransitionTime : undefined;
  const condition = { ...text, lastUpdateTime: now, lastTransitionTime: since ?? now };
  return [...withoutCondition(conditions, text.type), condition];
}

export function withoutCondition(
  conditions: readonly DeploymentCondition[],
  type: string,
): readonly DeploymentCondition[] {
  return conditions.filter((condition) => condition.type !== type);
}
