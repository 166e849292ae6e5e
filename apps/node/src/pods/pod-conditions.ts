import type { ContainerStatus, Pod, PodCondition, PodStatus } from '@berth/kinds';
import { goQuote, toTime } from '@berth/machinery';
import { hasRegularStarted } from './pod-phase.ts';

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: NonNullable<PodStatus['phase']>;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  /** The pod's directories and network are there. */
  readonly hasSandbox: boolean;
  readonly now: Date;
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

/**
 * The conditions that the kubelet owns, in its words. The time of one that did not change is kept from `before`.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions
 */
export function podConditions(input: ConditionInput, before: readonly PodCondition[]): PodCondition[] {
  const containersReady = containersReadyVerdict(input);
  const verdicts: Array<[string, Verdict]> = [
    ['PodReadyToStartContainers', { status: input.hasSandbox ? 'True' : 'False' }],
    ['Initialized', initializedVerdict(input)],
    ['Ready', readyVerdict(input, containersReady, before)],
    ['ContainersReady', containersReady],
  ];
  if (!before.some(({ type }) => type === 'PodScheduled'))
    verdicts.push(['PodScheduled', { status: 'True' }]);
  const { generation } = input.pod.metadata;
  return verdicts.map(([type, verdict]) => {
    const current = before.find((condition) => condition.type === type);
    const since = current?.status === verdict.status ? current.lastTransitionTime : undefined;
    return {
      type,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      ...verdict,
      lastTransitionTime: since ?? toTime(input.now),
    };
  });
}

function containersReadyVerdict({ pod, phase, initStatuses, statuses }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = unreadyContainers(pod, [...initStatuses, ...statuses]);
  if (unready.length === 0) return { status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

/** The names of the containers that a pod that is ready has ready, and that are not. */
export function unreadyContainers({ spec }: Pod, statuses: readonly ContainerStatus[]): string[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...(spec?.containers ?? [])]
    .map(({ name }) => name)
    .filter((name) => statuses.find((status) => status.name === name)?.ready !== true);
}

function readyVerdict(
  { pod }: ConditionInput,
  containersReady: Verdict,
  conditions: readonly PodCondition[],
): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const messages = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = conditions.find(({ type }) => type === conditionType);
    if (gate === undefined) {
      return [`corresponding condition of pod readiness gate ${goQuote(conditionType)} does not exist.`];
    }
    if (gate.status === 'True') return [];
    return [`the status of pod readiness gate ${goQuote(conditionType)} is not "True", but ${gate.status}`];
  });
  if (messages.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function initializedVerdict({ pod, phase, initStatuses, statuses }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (hasRegularStarted({ statuses })) return { status: 'True' };
  const incomplete = (pod.spec?.initContainers ?? [])
    .filter(({ name, restartPolicy }) => {
      const status = initStatuses.find((candidate) => candidate.name === name);
      return restartPolicy === 'Always' ? status?.started !== true : status?.ready !== true;
    })
    .map(({ name }) => name);
  if (incomplete.length === 0) return { status: 'True' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}
