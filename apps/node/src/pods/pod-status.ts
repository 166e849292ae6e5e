import type { Pod, PodCondition, PodStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { PodObservation } from '@berth/runtime';
import { podConditions } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';
import { withinMessageLimit } from './termination-messages.ts';

export interface StatusInput {
  readonly pod: Pod;
  readonly observation: PodObservation;
  /** The status that the API has, or is about to have. */
  readonly before: PodStatus;
  readonly hostIp: string;
  /** RFC 3339. When this node took the pod on. */
  readonly startTime: string;
  /** Why the node ends the pod, where it does. It shows once nothing of the pod runs any more. */
  readonly failure?: PodFailure;
  /** The pod is deleted: what it is when nothing of it runs any more is final. */
  readonly isDeleted: boolean;
  readonly now: Date;
}

export interface PodFailure {
  readonly reason: string;
  readonly message: string;
  /** The reason of a condition `DisruptionTarget`: the pod did not fail by itself. */
  readonly disruption?: string;
}

/** The part of a pod's status that its node writes. */
export type NodePodStatus = Pick<
  PodStatus,
  | 'observedGeneration'
  | 'phase'
  | 'reason'
  | 'message'
  | 'conditions'
  | 'hostIP'
  | 'hostIPs'
  | 'podIP'
  | 'podIPs'
  | 'startTime'
  | 'initContainerStatuses'
  | 'containerStatuses'
>;

/** What the node says of a pod. Pure; a phase that was final stays. */
export function podStatus(input: StatusInput): NodePodStatus {
  const { pod, observation, before, hostIp, startTime, failure, now } = input;
  const all = withinMessageLimit(observation.containers);
  const initStatuses = all.flatMap(({ kind, status }) => (kind === 'init' ? [status] : []));
  const statuses = all.flatMap(({ kind, status }) => (kind === 'container' ? [status] : []));
  const computed = podPhase({
    spec: pod.spec ?? {},
    initStatuses,
    statuses,
    isTerminal: observation.stopped,
  });
  const phase = isFinal(before.phase) ? before.phase : hasFailed(input, computed) ? 'Failed' : computed;
  const { generation } = pod.metadata;
  const wasEnded = failure !== undefined && phase === 'Failed' && !isFinal(before.phase);
  const why = wasEnded ? failure : phase === before.phase ? before : undefined;
  const hasSandbox = observation.ready && !observation.stopped;
  const podIp = observation.podIp ?? before.podIP;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    ...(why?.reason === undefined ? {} : { reason: why.reason }),
    ...(why?.message === undefined ? {} : { message: why.message }),
    conditions: [
      ...podConditions({ pod, phase, initStatuses, statuses, hasSandbox, now }, before.conditions ?? []),
      ...(wasEnded ? disruptionCondition(input, failure) : []),
    ],
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIp === undefined || podIp === '' ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime,
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
  };
}

/** A pod that its node ended has failed, and so has one that was deleted before it came to an end. */
function hasFailed({ failure, isDeleted, observation }: StatusInput, computed: PodStatus['phase']): boolean {
  return observation.stopped && (failure !== undefined || (isDeleted && !isFinal(computed)));
}

function disruptionCondition({ pod, now }: StatusInput, { disruption, message }: PodFailure): PodCondition[] {
  if (disruption === undefined) return [];
  const { generation } = pod.metadata;
  return [
    {
      type: 'DisruptionTarget',
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      status: 'True',
      reason: disruption,
      message,
      lastTransitionTime: toTime(now),
    },
  ];
}

/** Phases that a pod never leaves. */
export function isFinal(phase: PodStatus['phase']): phase is 'Succeeded' | 'Failed' {
  return phase === 'Succeeded' || phase === 'Failed';
}
