import type { ReconcileKey, Reconciler } from '../reconciler.ts';
import { encodeTimerKey } from './timer-key.ts';

/** One key of one reconciler that waits to be reconciled in this turn. */
export interface Task {
  readonly reconciler: Reconciler;
  readonly key: ReconcileKey;
  /** The key of the task's own timer. */
  readonly timerKey: string;
}

/** First in, first out; a task that already waits is not queued twice. */
export class TaskQueue {
  #tasks: Task[] = [];
  #next = 0;
  readonly #waiting = new Set<string>();

  get size(): number {
    return this.#waiting.size;
  }

  add(reconciler: Reconciler, key: ReconcileKey): void {
    const timerKey = encodeTimerKey({ reconciler: reconciler.name, key, failures: 0 });
    if (this.#waiting.has(timerKey)) return;
    this.#waiting.add(timerKey);
    this.#tasks.push({ reconciler, key, timerKey });
  }

  take(): Task | undefined {
    const task = this.#tasks[this.#next];
    if (!task) return undefined;
    this.#next++;
    this.#waiting.delete(task.timerKey);
    return task;
  }

  /** The tasks that still wait, in order. */
  rest(): readonly Task[] {
    return this.#tasks.slice(this.#next);
  }
}
