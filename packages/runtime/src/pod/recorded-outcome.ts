import type { LaunchOutcome } from './container-driver.ts';
import type { ContainerRecord } from './container-record.ts';

/** What is known of a container after it was tried to start. */
export function recordedOutcome(outcome: LaunchOutcome): Pick<ContainerRecord, 'phase' | 'containerId'> {
  if (outcome.type === 'running') {
    const { containerId, startedAt, started, ready } = outcome;
    return { containerId, phase: { type: 'running', startedAt, started, ready } };
  }
  if (outcome.type === 'failed') {
    const { termination } = outcome;
    return { containerId: termination.containerId, phase: { type: 'exited', termination } };
  }
  const { reason, message, retry } = outcome;
  const text = message === undefined ? {} : { message };
  return { containerId: '', phase: { type: 'blocked', reason, retry, ...text } };
}
