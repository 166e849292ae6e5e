import type { Task } from './task-queue.ts';
import { decodeTimerKey, encodeTimerKey, type TimerTask } from './timer-key.ts';
import type { TurnTimer } from './turn.ts';

const firstRetryMs = 1_000;
const longestRetryMs = 5 * 60_000;

/** After which time a key that has failed `failures` times in a row is tried again: 1 s doubling to 5 min. */
export function retryDelayMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
}

/**
 * The timers of one turn. A key's own timer (`wakeAt`) and its retry timers are kept apart in the store, because a
 * retry's key carries the count of failures: it must outlive the process that saw them.
 */
export class TurnTimers {
  readonly #now: Date;
  readonly #set = new Map<string, Date>();
  readonly #cleared = new Map<string, Date>();
  /** Of each task's own timer key: its timers, and the highest count of failures among them. */
  readonly #known = new Map<string, { timers: TurnTimer[]; failures: number; isDue: boolean }>();
  /** Retries that this turn asks for, by the task's own timer key. */
  readonly #retries = new Map<string, { key: string; failures: number }>();
  readonly #tasks: TimerTask[] = [];

  /** @param reconcilers the names that timers may wake; a due timer of any other is cleared. */
  constructor(timers: readonly TurnTimer[], options: { now: Date; reconcilers: ReadonlySet<string> }) {
    this.#now = options.now;
    for (const timer of timers) this.#take(timer, options.reconcilers);
  }

  /** What the due timers wake, in the order given. */
  due(): readonly TimerTask[] {
    return this.#tasks;
  }

  /** The key was reconciled: no timer of it stands any more but the one that it wants now. */
  succeeded(task: Task, wakeAt: Date | undefined): void {
    this.#forget(task);
    if (wakeAt) this.#set.set(task.timerKey, wakeAt);
  }

  /**
   * The key failed; `wakeAt` as in `succeeded`.
   *
   * @returns in how many turns in a row it has failed, this one included.
   */
  failed(task: Task, wakeAt?: Date): number {
    const failures =
      this.#retries.get(task.timerKey)?.failures ?? (this.#known.get(task.timerKey)?.failures ?? 0) + 1;
    this.#forget(task);
    if (wakeAt) this.#set.set(task.timerKey, wakeAt);
    const key = encodeTimerKey({ reconciler: task.reconciler.name, key: task.key, failures });
    this.#set.set(key, new Date(this.#now.getTime() + retryDelayMs(failures)));
    this.#retries.set(task.timerKey, { key, failures });
    return failures;
  }

  /** The turn ends before the key's turn came: it is the next turn's first work. */
  postponed(task: Task): void {
    if (!this.#known.get(task.timerKey)?.isDue) this.#set.set(task.timerKey, this.#now);
  }

  toSet(): TurnTimer[] {
    return [...this.#set].map(([key, dueAt]) => ({ key, dueAt }));
  }

  toClear(): TurnTimer[] {
    return [...this.#cleared].filter(([key]) => !this.#set.has(key)).map(([key, dueAt]) => ({ key, dueAt }));
  }

  #take(timer: TurnTimer, reconcilers: ReadonlySet<string>): void {
    const isDue = timer.dueAt <= this.#now;
    const task = decodeTimerKey(timer.key);
    if (!task || !reconcilers.has(task.reconciler)) {
      if (isDue) this.#cleared.set(timer.key, timer.dueAt);
      return;
    }
    const own = encodeTimerKey({ ...task, failures: 0 });
    const known = this.#known.get(own) ?? { timers: [], failures: 0, isDue: false };
    known.timers.push(timer);
    known.failures = Math.max(known.failures, task.failures);
    known.isDue ||= isDue;
    this.#known.set(own, known);
    if (isDue) this.#tasks.push(task);
  }

  #forget(task: Task): void {
    this.#set.delete(task.timerKey);
    const retry = this.#retries.get(task.timerKey);
    if (retry) this.#set.delete(retry.key);
    this.#retries.delete(task.timerKey);
    this.#clearKnown(task);
  }

  #clearKnown(task: Task): void {
    for (const timer of this.#known.get(task.timerKey)?.timers ?? [])
      this.#cleared.set(timer.key, timer.dueAt);
    this.#known.delete(task.timerKey);
  }
}
