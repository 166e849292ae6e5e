import type { ReconcileKey } from '../reconciler.ts';

/** What a timer wakes: one key of one reconciler, and after how many failures in a row. */
export interface TimerTask {
  readonly reconciler: string;
  readonly key: ReconcileKey;
  /** 0 for a timer that the reconciler asked for; more for a retry. */
  readonly failures: number;
}

/**
 * The timer's key in the store: `<reconciler>|<resource>|<namespace>|<name>`, a retry's `<reconciler>!<failures>|…`.
 * The name stands last because it alone may contain the separator.
 */
export function encodeTimerKey(task: TimerTask): string {
  const { resource, namespace, name } = task.key;
  return `${timerKeyPrefix(task.reconciler, task.failures)}${resource}|${namespace}|${name}`;
}

/** What the keys of a reconciler's timers begin with; `failures` as in `TimerTask`. */
export function timerKeyPrefix(reconciler: string, failures: number): string {
  return failures > 0 ? `${reconciler}!${failures}|` : `${reconciler}|`;
}

/** @returns undefined for a key that this version did not write. */
export function decodeTimerKey(timerKey: string): TimerTask | undefined {
  const match = /^([^|!]+)(?:!(\d+))?\|([^|]*)\|([^|]*)\|(.*)$/s.exec(timerKey);
  if (!match) return undefined;
  const [, reconciler = '', failures = '0', resource = '', namespace = '', name = ''] = match;
  return { reconciler, failures: Number(failures), key: { resource, namespace, name } };
}
