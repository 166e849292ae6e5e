import type { ContainerRecord } from './container-record.ts';

/** What a container had before the attempt that was not created; undefined for a first attempt, which leaves nothing behind. */
export function unblocked({ attempt, previous }: ContainerRecord): ContainerRecord | undefined {
  if (attempt === 0 || previous === undefined) return undefined;
  return {
    attempt: attempt - 1,
    containerId: previous.containerId,
    backoffMs: 0,
    phase: { type: 'exited', termination: previous },
  };
}
