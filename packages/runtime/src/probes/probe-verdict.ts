import type { Probe } from '@berth/kinds';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** What one run of a probe came to. One that could not be run at all counts for nothing. */
export type ProbeResult = 'success' | 'failure';

/** What the runs of one probe of one attempt have come to so far. */
export interface ProbeTally {
  readonly last: ProbeResult | undefined;
  /** How many runs in a row came to `last`. */
  readonly inARow: number;
  /** What stands: it changes once enough runs in a row say so. */
  readonly verdict: ProbeResult | undefined;
}

export const untried: ProbeTally = { last: undefined, inARow: 0, verdict: undefined };

const defaults = { periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 };

/** One more run: its result stands from the threshold on; below it, what stood before does. */
export function tally(before: ProbeTally, result: ProbeResult, probe: Probe): ProbeTally {
  const inARow = before.last === result ? before.inARow + 1 : 1;
  const needed =
    result === 'success'
      ? (probe.successThreshold ?? defaults.successThreshold)
      : (probe.failureThreshold ?? defaults.failureThreshold);
  return { last: result, inARow, verdict: inARow >= needed ? result : before.verdict };
}

export interface ProbeTimes {
  readonly startedAt: Date;
  /** When it was run last; undefined before the first time. */
  readonly lastBegunAt: Date | undefined;
  readonly now: Date;
  /** Let pass before a first run that is due at once: probes found after a restart of the agent spread over their period. */
  readonly spreadMs: number;
}

/**
 * When a probe runs next: once its initial delay after the container's start is over, then once a period.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
 */
export function nextRunAt(probe: Probe, times: ProbeTimes): Date {
  const { startedAt, lastBegunAt, now, spreadMs } = times;
  const periodMs = (probe.periodSeconds ?? defaults.periodSeconds) * 1000;
  const delayedMs = startedAt.getTime() + (probe.initialDelaySeconds ?? 0) * 1000;
  const dueMs =
    lastBegunAt === undefined
      ? Math.max(delayedMs, now.getTime() + spreadMs)
      : Math.max(delayedMs, lastBegunAt.getTime() + periodMs);
  return new Date(Math.max(dueMs, now.getTime()));
}

export function timeoutMs(probe: Probe): number {
  return (probe.timeoutSeconds ?? defaults.timeoutSeconds) * 1000;
}

export function periodMs(probe: Probe): number {
  return (probe.periodSeconds ?? defaults.periodSeconds) * 1000;
}
