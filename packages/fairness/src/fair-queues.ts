import { dealHand } from './shuffle-shard.ts';

/** Something that waits for seats. */
export interface Waiter {
  readonly schemaName: string;
  readonly distinguisher: string;
  /** Seats that it takes up. At least 1. */
  readonly seats: number;
}

interface FairQueue<W> {
  readonly index: number;
  readonly waiting: W[];
  /** Seats of what waits in this queue, and of what runs from it. */
  waitingSeats: number;
  running: number;
  /** When the queue's next request begins, in seats served: who has had less comes first. */
  virtualStart: number;
}

export interface FairQueuesOptions {
  readonly queues: number;
  readonly handSize: number;
  /** Requests that may wait in each queue. */
  readonly queueLengthLimit: number;
}

/**
 * The queues of one priority level. A flow waits in the shortest queue of its hand; the next request comes from the queue that
 * has been served least, counted in seats (start-time fair queueing), so that a flow of any number of requests delays
 * another flow's by about one request each. Holds queues only while something is in them or runs from them.
 */
export class FairQueues<W extends Waiter> {
  readonly #options: FairQueuesOptions;
  readonly #queues = new Map<number, FairQueue<W>>();
  #virtualNow = 0;
  #length = 0;

  constructor(options: FairQueuesOptions) {
    this.#options = options;
  }

  /** Requests that wait. */
  get length(): number {
    return this.#length;
  }

  /** Puts a request into a queue. False if the shortest queue of its hand is full. */
  add(waiter: W): boolean {
    const queue = this.#shortestOf(waiter);
    if (queue.waiting.length >= this.#options.queueLengthLimit) {
      this.#forgetIfIdle(queue);
      return false;
    }
    if (queue.waiting.length === 0 && queue.running === 0) queue.virtualStart = this.#virtualNow;
    queue.waiting.push(waiter);
    queue.waitingSeats += waiter.seats;
    this.#length++;
    return true;
  }

  /** The request that is next, without taking it; undefined if none waits. */
  peek(): W | undefined {
    return this.#next()?.waiting[0];
  }

  /** Takes the request that is next. Say {@link ended} of it when it is done. */
  take(): { readonly waiter: W; readonly queue: number } | undefined {
    const queue = this.#next();
    const waiter = queue?.waiting.shift();
    if (queue === undefined || waiter === undefined) return undefined;
    this.#length--;
    this.#virtualNow = Math.max(this.#virtualNow, queue.virtualStart);
    queue.virtualStart += waiter.seats;
    queue.waitingSeats -= waiter.seats;
    queue.running += waiter.seats;
    return { waiter, queue: queue.index };
  }

  /** Seats of a queue's request are free again. */
  ended(index: number, seats: number): void {
    const queue = this.#queues.get(index);
    if (queue === undefined) return;
    queue.running -= seats;
    this.#forgetIfIdle(queue);
  }

  /** Takes out, and returns, what `isDue` says. */
  remove(isDue: (waiter: W) => boolean): W[] {
    const removed: W[] = [];
    for (const queue of this.#queues.values()) {
      for (let at = queue.waiting.length - 1; at >= 0; at--) {
        const waiter = queue.waiting[at];
        if (waiter === undefined || !isDue(waiter)) continue;
        queue.waiting.splice(at, 1);
        removed.push(waiter);
        queue.waitingSeats -= waiter.seats;
        this.#length--;
      }
      this.#forgetIfIdle(queue);
    }
    return removed;
  }

  #shortestOf(waiter: W): FairQueue<W> {
    let shortest: FairQueue<W> | undefined;
    for (const index of dealHand(waiter, this.#options)) {
      const queue = this.#queues.get(index);
      if (queue === undefined) {
        shortest = { index, waiting: [], waitingSeats: 0, running: 0, virtualStart: this.#virtualNow };
        break;
      }
      if (shortest === undefined || loadOf(queue) < loadOf(shortest)) shortest = queue;
    }
    // A hand is never empty.
    const chosen = shortest as FairQueue<W>;
    this.#queues.set(chosen.index, chosen);
    return chosen;
  }

  #next(): FairQueue<W> | undefined {
    let next: FairQueue<W> | undefined;
    for (const queue of this.#queues.values()) {
      if (queue.waiting.length === 0) continue;
      if (next === undefined || queue.virtualStart < next.virtualStart) next = queue;
    }
    return next;
  }

  #forgetIfIdle(queue: FairQueue<W>): void {
    if (queue.waiting.length === 0 && queue.running <= 0) this.#queues.delete(queue.index);
  }
}

function loadOf(queue: FairQueue<Waiter>): number {
  return queue.waitingSeats + queue.running;
}
