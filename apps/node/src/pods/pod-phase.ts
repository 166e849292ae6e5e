import type { ContainerStatus, PodSpec, PodStatus } from '@berth/kinds';

export interface PhaseInput {
  readonly spec: PodSpec;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  /** Nothing of the pod will run again, whatever its restart policy. */
  readonly isTerminal: boolean;
}

/**
 * The phase of a pod by the states of its containers, as the kubelet computes it.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
export function podPhase(input: PhaseInput): NonNullable<PodStatus['phase']> {
  const { spec, isTerminal } = input;
  const init = initCounts(input);
  const count = containerCounts(input);
  if (init.failed > 0 && spec.restartPolicy === 'Never') return 'Failed';
  if ((init.pending > 0 && !hasRegularStarted(input)) || count.waiting > 0) return 'Pending';
  if (count.running > 0 && count.unknown === 0) return 'Running';
  if (count.stopped === 0 || count.unknown > 0) return 'Pending';
  const succeeded = count.stopped === count.succeeded;
  if (isTerminal) return succeeded ? 'Succeeded' : 'Failed';
  if (spec.restartPolicy === 'Always') return 'Running';
  if (succeeded) return 'Succeeded';
  return spec.restartPolicy === 'Never' ? 'Failed' : 'Running';
}

/** Whether a container that is no init container has ever run: the pod was initialized then. */
export function hasRegularStarted({ statuses }: Pick<PhaseInput, 'statuses'>): boolean {
  return statuses.some(
    ({ state, lastState }) =>
      state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined,
  );
}

function initCounts({ spec, initStatuses }: PhaseInput): { pending: number; failed: number } {
  let [pending, failed] = [0, 0];
  for (const { name, restartPolicy } of spec.initContainers ?? []) {
    const status = initStatuses.find((candidate) => candidate.name === name);
    const ended = status?.state?.terminated ?? (status?.state?.waiting && status.lastState?.terminated);
    if (restartPolicy === 'Always') {
      // Sidecars that ended do not count.
      const isUp = status?.state?.running !== undefined && status.started === true;
      if (!isUp && ended === undefined) pending += 1;
    } else if (ended === undefined) {
      pending += 1;
    } else if (ended.exitCode !== 0) {
      failed += 1;
    }
  }
  return { pending, failed };
}

function containerCounts({ spec, initStatuses, statuses }: PhaseInput) {
  const count = { unknown: 0, running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { name } of sidecars) {
    const status = initStatuses.find((candidate) => candidate.name === name);
    if (status === undefined) count.unknown += 1;
    else if (status.state?.running !== undefined) count.running += 1;
    else if (status.state?.waiting !== undefined && status.lastState?.terminated === undefined)
      count.waiting += 1;
  }
  for (const { name } of spec.containers ?? []) {
    const status = statuses.find((candidate) => candidate.name === name);
    if (status?.state?.running !== undefined) {
      count.running += 1;
    } else if (status?.state?.terminated !== undefined) {
      count.stopped += 1;
      if (status.state.terminated.exitCode === 0) count.succeeded += 1;
    } else if (status?.state?.waiting === undefined) {
      count.unknown += 1;
    } else if (status.lastState?.terminated === undefined) {
      count.waiting += 1;
    } else {
      count.stopped += 1;
    }
  }
  return count;
}
