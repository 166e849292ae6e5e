import type { ContainerState, ContainerStateTerminated, ContainerStatus, Pod } from '@berth/kinds';
import { restartAfter } from '../pod/backoff.ts';
import type { ContainerRecord, Termination } from '../pod/container-record.ts';

/**
 * What a pod's containers did before this agent started, as the pod's own status tells it: a simulated runtime keeps
 * nothing elsewhere.
 */
export function recordsFromStatus({ status }: Pod): Map<string, ContainerRecord> {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return new Map(
    statuses.flatMap((containerStatus) => {
      const record = recordOf(containerStatus);
      return record === undefined ? [] : [[containerStatus.name, record]];
    }),
  );
}

function recordOf({
  state,
  lastState,
  restartCount,
  containerID,
  ready,
  started,
  image,
}: ContainerStatus): ContainerRecord | undefined {
  const previous = terminationOf(lastState);
  const backoffMs = backoffAfter(restartCount);
  const base = { attempt: restartCount, containerId: containerID ?? '', image, backoffMs };
  const kept = previous === undefined ? {} : { previous };
  const ended = terminationOf(state);
  if (ended !== undefined) return { ...base, ...kept, phase: { type: 'exited', termination: ended } };
  if (state?.running?.startedAt !== undefined) {
    const startedAt = new Date(state.running.startedAt);
    return { ...base, ...kept, phase: { type: 'running', startedAt, started: started ?? true, ready } };
  }
  // Between two attempts.
  return previous === undefined ? undefined : { ...base, phase: { type: 'exited', termination: previous } };
}

function terminationOf(state: ContainerState | undefined): Termination | undefined {
  const terminated: ContainerStateTerminated | undefined = state?.terminated;
  if (terminated === undefined) return undefined;
  const { containerID = '', exitCode, reason = '', message, startedAt, finishedAt } = terminated;
  return {
    containerId: containerID,
    exitCode,
    reason,
    finishedAt: new Date(finishedAt ?? 0),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt) }),
    ...(message === undefined ? {} : { message }),
  };
}

/** The backoff that a container has come to after so many restarts in a row. */
function backoffAfter(restartCount: number): number {
  const ended = { containerId: '', exitCode: 1, reason: '', finishedAt: new Date(0) };
  let backoffMs = 0;
  for (let restart = 0; restart < Math.min(restartCount, 10); restart += 1) {
    ({ backoffMs } = restartAfter(ended, backoffMs));
  }
  return backoffMs;
}
