import type { ContainerState, ContainerStateTerminated, ContainerStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { duration } from '../actions/go-words.ts';
import type { ContainerPhase, ContainerRecord, PodContainer, Termination } from './container-record.ts';

/** What decides how a container that does not run shows. */
export interface StatusContext {
  readonly podName: string;
  readonly namespace: string;
  readonly podUid: string;
  /** All init containers are done. */
  readonly initialized: boolean;
  readonly hasInitContainers: boolean;
  /** As whom it runs. */
  readonly user?: NonNullable<ContainerStatus['user']>;
  /** The crash backoff that it waits out. */
  readonly backoffMs?: number;
}

/** A container's status as the kubelet would report it. */
export function containerStatus(
  podContainer: PodContainer,
  known: ContainerRecord | undefined,
  context: StatusContext,
): ContainerStatus {
  const record = known === undefined ? undefined : visible(known);
  const { container, role } = podContainer;
  const running = record?.phase.type === 'running' ? record.phase : undefined;
  const succeeded = record?.phase.type === 'exited' && record.phase.termination.exitCode === 0;
  const state = stateOf(podContainer, record, context);
  const last = lastTermination(record, state);
  return {
    name: container.name,
    state,
    lastState: last === undefined ? {} : { terminated: terminated(last) },
    ready: role === 'init' ? succeeded : (running?.ready ?? false),
    restartCount: restartCount(record),
    image: record?.image ?? container.image ?? '',
    imageID: '',
    ...(record === undefined || record.containerId === '' ? {} : { containerID: record.containerId }),
    started: running?.started ?? false,
    ...resourcesOf(podContainer.container, record),
    ...(running === undefined || context.user === undefined ? {} : { user: context.user }),
  };
}

/** What a container that was created may use: as its spec says, since nothing changes it while it runs. */
function resourcesOf(
  { resources }: PodContainer['container'],
  record: ContainerRecord | undefined,
): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  if (resources === undefined || record === undefined) return {};
  const { requests, limits } = resources;
  return {
    ...(requests === undefined ? {} : { allocatedResources: requests }),
    resources: {
      ...(limits === undefined ? {} : { limits }),
      ...(requests === undefined ? {} : { requests }),
    },
  };
}

/** Until a restart has come about, the attempt before it is what there is. */
function visible(record: ContainerRecord): ContainerRecord {
  const { phase, attempt, previous } = record;
  if (phase.type !== 'starting' || previous === undefined) return record;
  return {
    attempt: attempt - 1,
    containerId: previous.containerId,
    backoffMs: record.backoffMs,
    phase: { type: 'exited', termination: previous },
  };
}

function stateOf(
  podContainer: PodContainer,
  record: ContainerRecord | undefined,
  context: StatusContext,
): ContainerState {
  if (context.backoffMs !== undefined) {
    const { podName, namespace, podUid } = context;
    const message = `back-off ${duration(context.backoffMs)} restarting failed container=${podContainer.container.name} pod=${podName}_${namespace}(${podUid})`;
    return { waiting: { reason: 'CrashLoopBackOff', message } };
  }
  return record === undefined
    ? neverStarted(podContainer, context)
    : stateOfPhase(record.phase, () => neverStarted(podContainer, context));
}

function stateOfPhase(phase: ContainerPhase, starting: () => ContainerState): ContainerState {
  if (phase.type === 'starting') return starting();
  if (phase.type === 'running') return { running: { startedAt: toTime(phase.startedAt) } };
  if (phase.type === 'exited') return { terminated: terminated(phase.termination) };
  const { reason, message } = phase;
  return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
}

function neverStarted({ role }: PodContainer, context: StatusContext): ContainerState {
  const initializing = context.hasInitContainers && !(role === 'main' && context.initialized);
  return { waiting: { reason: initializing ? 'PodInitializing' : 'ContainerCreating' } };
}

function lastTermination(
  record: ContainerRecord | undefined,
  state: ContainerState,
): Termination | undefined {
  const endedNow = record?.phase.type === 'exited' ? record.phase.termination : undefined;
  return endedNow !== undefined && state.waiting !== undefined ? endedNow : record?.previous;
}

/** A restart counts once its container exists. */
function restartCount(record: ContainerRecord | undefined): number {
  if (record === undefined) return 0;
  return record.phase.type === 'blocked' ? Math.max(record.attempt - 1, 0) : record.attempt;
}

function terminated(termination: Termination): ContainerStateTerminated {
  return {
    exitCode: termination.exitCode,
    reason: termination.reason,
    ...(termination.message === undefined ? {} : { message: termination.message }),
    // As containerd reports a container that could not start: the zero time.
    startedAt: toTime(termination.startedAt ?? new Date(0)),
    finishedAt: toTime(termination.finishedAt),
    containerID: termination.containerId,
  };
}
