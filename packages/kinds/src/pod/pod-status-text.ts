import type { ContainerStateTerminated, ContainerStatus, Pod, PodSpec } from '../generated/api-types.ts';
import { isSidecar } from '../pod-template/containers-of.ts';

/** What `kubectl get pods` says of a pod: upstream's `printPod`. */
export interface PodSummary {
  readonly ready: string;
  readonly status: string;
  readonly restarts: number;
  /** When the last container that was restarted had ended. */
  readonly lastRestartAt: string | undefined;
}

/** Sums the states of a pod's containers up in one word and three numbers. */
export function summarizePod(pod: Pod): PodSummary {
  const { spec = {}, status = {} } = pod;
  const total = (spec.containers ?? []).length + (spec.initContainers ?? []).filter(isSidecar).length;
  const init = summarizeInitContainers(status.initContainerStatuses ?? [], spec);
  const phase = { reason: phaseReason(pod), ready: init.readySidecars };
  const isInitialized = status.conditions?.find(({ type }) => type === 'Initialized')?.status === 'True';
  const running =
    init.reason === undefined || isInitialized
      ? summarizeContainers(pod, { ...phase, reason: init.reason ?? phase.reason })
      : undefined;
  const restarts = running ? addRestarts(init.sidecarRestarts, running.restarts) : init.restarts;
  return {
    ready: `${running?.ready ?? phase.ready}/${total}`,
    status: deletionReason(pod) ?? running?.reason ?? init.reason ?? phase.reason,
    restarts: restarts.count,
    lastRestartAt: restarts.lastAt,
  };
}

interface Restarts {
  readonly count: number;
  readonly lastAt: string | undefined;
}

interface InitSummary {
  /** Why the pod is not initialized yet; undefined if it is. */
  readonly reason: string | undefined;
  readonly readySidecars: number;
  readonly restarts: Restarts;
  readonly sidecarRestarts: Restarts;
}

const noRestarts: Restarts = { count: 0, lastAt: undefined };

function phaseReason({ status = {} }: Pod): string {
  const isGated = status.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  return isGated ? 'SchedulingGated' : status.reason || (status.phase ?? '');
}

/** Goes through init containers until the first that has not done its part. */
function summarizeInitContainers(statuses: readonly ContainerStatus[], spec: PodSpec): InitSummary {
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  let [restarts, sidecarRestarts, readySidecars] = [noRestarts, noRestarts, 0];
  for (const [index, status] of statuses.entries()) {
    restarts = addRestarts(restarts, restartsOf(status));
    const sidecar = sidecars.has(status.name);
    if (sidecar) sidecarRestarts = addRestarts(sidecarRestarts, restartsOf(status));
    if (status.state?.terminated?.exitCode === 0) continue;
    if (sidecar && status.started) {
      if (status.ready) readySidecars += 1;
      continue;
    }
    const progress = `${index}/${(spec.initContainers ?? []).length}`;
    return { reason: initReason(status, progress), readySidecars, restarts, sidecarRestarts };
  }
  return { reason: undefined, readySidecars, restarts, sidecarRestarts };
}

function initReason({ state }: ContainerStatus, progress: string): string {
  const { terminated, waiting } = state ?? {};
  if (terminated) return `Init:${terminationReason(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${progress}`;
}

/** The first container that has something to say gives the reason. */
function summarizeContainers(
  { status = {} }: Pod,
  before: { readonly reason: string; readonly ready: number },
): { readonly reason: string; readonly ready: number; readonly restarts: Restarts } {
  let { reason, ready } = before;
  let [errorReason, hasRunning, restarts] = ['', false, noRestarts];
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    restarts = addRestarts(restarts, restartsOf(container));
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) {
      reason = terminationReason(terminated);
      if (terminated.exitCode !== 0) errorReason = reason;
    } else if (container.ready && running) {
      hasRunning = true;
      ready += 1;
    }
  }
  if (reason !== 'Completed') return { reason, ready, restarts };
  const isReady = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  if (hasRunning && isReady) reason = 'Running';
  else if (errorReason !== '') reason = errorReason;
  else if (hasRunning) reason = 'NotReady';
  return { reason, ready, restarts };
}

function terminationReason({ reason, signal, exitCode }: ContainerStateTerminated): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function deletionReason({ metadata, status = {} }: Pod): string | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  if (status.reason === 'NodeLost') return 'Unknown';
  return status.phase === 'Succeeded' || status.phase === 'Failed' ? undefined : 'Terminating';
}

function restartsOf({ restartCount, lastState }: ContainerStatus): Restarts {
  return { count: restartCount ?? 0, lastAt: lastState?.terminated?.finishedAt };
}

function addRestarts(left: Restarts, right: Restarts): Restarts {
  const [a, b] = [left.lastAt, right.lastAt];
  const isLater = a !== undefined && (b === undefined || Date.parse(a) >= Date.parse(b));
  return { count: left.count + right.count, lastAt: isLater ? a : b };
}
