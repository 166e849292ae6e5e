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
  /** Of each task's own timer key: what woke it, and the highest count of failures among that. */
  readonly #due = new Map<string, { timers: TurnTimer[]; failures: number }>();
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

  /** The key was reconciled: what woke it is done, and it wants to be woken at `wakeAt`. */
  succeeded(task: Task, wakeAt: Date | undefined): void {
    this.#clearDue(task);
    if (wakeAt) this.#set.set(task.timerKey, wakeAt);
  }

  /** @returns how often the key has failed in a row, this time included. */
  failed(task: Task): number {
    const failures = (this.#due.get(task.timerKey)?.failures ?? 0) + 1;
    this.#clearDue(task);
    const key = encodeTimerKey({ reconciler: task.reconciler.name, key: task.key, failures });
    this.#set.set(key, new Date(this.#now.getTime() + retryDelayMs(failures)));
    return failures;
  }

  /** The turn ends before the key's turn came: it is the next turn's first work. */
  postponed(task: Task): void {
    if (!this.#due.has(task.timerKey)) this.#set.set(task.timerKey, this.#now);
  }

  toSet(): TurnTimer[] {
    return [...this.#set].map(([key, dueAt]) => ({ key, dueAt }));
  }

  toClear(): TurnTimer[] {
    return [...this.#cleared].filter(([key]) => !this.#set.has(key)).map(([key, dueAt]) => ({ key, dueAt }));
  }

  #take(timer: TurnTimer, reconcilers: ReadonlySet<string>): void {
    if (timer.dueAt > this.#now) return;
    const task = decodeTimerKey(timer.key);
    if (!task || !reconcilers.has(task.reconciler)) {
      this.#cleared.set(timer.key, timer.dueAt);
      return;
    }
    const own = encodeTimerKey({ ...task, failures: 0 });
    const due = this.#due.get(own) ?? { timers: [], failures: 0 };
    due.timers.push(timer);
    due.failures = Math.max(due.failures, task.failures);
    this.#due.set(own, due);
    this.#tasks.push(task);
  }

  #clearDue(task: Task): void {
    for (const timer of this.#due.get(task.timerKey)?.timers ?? []) this.#cleared.set(timer.key, timer.dueAt);
    this.#due.delete(task.timerKey);
  }
}
