import type { Termination } from './container-record.ts';

const initialMs = 10_000;
const maxMs = 300_000;
const resetAfterMs = 600_000;

/** When the next attempt may start, and what the one after it will wait. */
export interface Restart {
  readonly notBefore: Date;
  readonly backoffMs: number;
}

/**
 * Crash backoff: the first restart follows at once, later ones wait 10 s doubling to 5 min after the end of the attempt
 * before; an attempt that lasted 10 min starts over.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 *
 * @param backoffMs the record's backoff of the attempt that ended.
 */
export function restartAfter(ended: Termination, backoffMs: number): Restart {
  const finishedMs = ended.finishedAt.getTime();
  const ranMs = ended.startedAt === undefined ? 0 : finishedMs - ended.startedAt.getTime();
  if (backoffMs === 0 || ranMs > resetAfterMs) return { notBefore: ended.finishedAt, backoffMs: initialMs };
  return { notBefore: new Date(finishedMs + backoffMs), backoffMs: Math.min(backoffMs * 2, maxMs) };
}
