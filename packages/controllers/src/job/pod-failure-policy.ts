import type {
  ContainerStatus,
  Pod,
  PodCondition,
  PodFailurePolicy,
  PodFailurePolicyRule,
} from '@berth/kinds';

/** What a Job's pod failure policy makes of a failed pod. */
export interface PodFailureVerdict {
  /** Counts towards `backoffLimit`. */
  readonly counts: boolean;
  /** Of the rule that matched, if one did. */
  readonly action?: PodFailurePolicyRule['action'];
  /** Why the whole Job fails, if it does. */
  readonly jobFailure?: string;
}

/** The first rule that matches decides; a failure that no rule matches counts. */
export function judgePodFailure(policy: PodFailurePolicy | undefined, pod: Pod): PodFailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const explanation = explainMatch(rule, pod);
    if (explanation === undefined) continue;
    const { action } = rule;
    if (action === 'Ignore') return { counts: false, action };
    if (action !== 'FailJob') return { counts: true, action };
    return { counts: true, action, jobFailure: `${explanation} matching ${action} rule at index ${index}` };
  }
  return { counts: true };
}

function explainMatch(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const { namespace, name } = pod.metadata;
  if (rule.onExitCodes) {
    const container = matchingContainer(rule.onExitCodes, pod);
    if (!container) return undefined;
    const exitCode = container.state?.terminated?.exitCode;
    return `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${exitCode}`;
  }
  const condition = matchingCondition(rule, pod);
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function matchingContainer(
  requirement: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  pod: Pod,
): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode;
    if (!exitCode || (requirement.containerName && requirement.containerName !== name)) return false;
    const isListed = requirement.values?.includes(exitCode) === true;
    return requirement.operator === 'In' ? isListed : !isListed;
  });
}

function matchingCondition(rule: PodFailurePolicyRule, pod: Pod): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) =>
    rule.onPodConditions?.some(
      (pattern) => pattern.type === condition.type && (pattern.status ?? 'True') === condition.status,
    ),
  );
}
