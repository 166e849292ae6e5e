import type { Termination } from '../pod/container-record.ts';
import type { AttemptState } from './container-attempt.ts';

/** As containerd reports a container that could not start. */
const startErrorCode = 128;
/** As containerd reports a container whose end nobody saw. */
const unknownCode = 255;

/** How an attempt ended, in Kubernetes' terms; undefined while it has not. */
export function termination(state: AttemptState, containerId: string): Termination | undefined {
  if (state.type === 'failed') {
    const message = `failed to start container process: ${state.message}`;
    const { finishedAt } = state;
    return { containerId, exitCode: startErrorCode, reason: 'StartError', message, finishedAt };
  }
  if (state.type !== 'ended') return undefined;
  const { startedAt, finishedAt, exitCode, oomKilled, message } = state;
  const times = { containerId, startedAt, finishedAt };
  if (exitCode !== undefined) {
    const reason = exitCode === 0 ? 'Completed' : oomKilled ? 'OOMKilled' : 'Error';
    return { ...times, exitCode, reason, ...(message === undefined ? {} : { message }) };
  }
  return {
    ...times,
    exitCode: unknownCode,
    reason: 'Unknown',
    message: 'the process that waited for the container was killed, so its exit code is not known',
  };
}
