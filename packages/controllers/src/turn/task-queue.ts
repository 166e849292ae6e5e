import type { ReconcileKey, Reconciler } from '../reconciler.ts';
import { encodeTimerKey } from './timer-key.ts';

/** One key of one reconciler that waits to be reconciled in this turn. */
export interface Task {
  readonly reconciler: Reconciler;
  readonly key: ReconcileKey;
  /** The key of the task's own timer. */
  readonly timerKey: string;
}

export function taskOf(reconciler: Reconciler, key: ReconcileKey): Task {
  return { reconciler, key, timerKey: encodeTimerKey({ reconciler: reconciler.name, key, failures: 0 }) };
}

/** First in, first out, after those that go first; a task that already waits is not queued twice. */
export class TaskQueue {
  readonly #first: Task[] = [];
  #tasks: Task[] = [];
  #next = 0;
  readonly #waiting = new Set<string>();

  get size(): number {
    return this.#waiting.size;
  }

  add(task: Task): void {
    if (this.#waiting.has(task.timerKey)) return;
    this.#waiting.add(task.timerKey);
    (task.reconciler.goesFirst ? this.#first : this.#tasks).push(task);
  }

  take(): Task | undefined {
    const first = this.#first.shift();
    const task = first ?? this.#tasks[this.#next];
    if (!task) return undefined;
    if (!first) this.#next++;
    this.#waiting.delete(task.timerKey);
    return task;
  }

  /** The tasks that still wait, in order. */
  rest(): readonly Task[] {
    return [...this.#first, ...this.#tasks.slice(this.#next)];
  }
}
