import { FairQueues, type Waiter } from './fair-queues.ts';
import { seatLimit } from './level-seats.ts';
import type { PriorityLevel } from './priority-level.ts';
import type { Seat, SeatRefusal, SeatRequest } from './seat-request.ts';

/** Seats that a tenant may use now. Changed in place, so that looking at it costs nothing. */
export interface TenantLimits {
  total: number;
}

/** A request that waits for its seat. */
export interface WaitingRequest {
  readonly request: SeatRequest;
  readonly sinceMs: number;
  readonly settle: (outcome: Seat | SeatRefusal) => void;
}

interface Entry extends Waiter {
  readonly waiting: WaitingRequest;
}

interface LevelState {
  readonly clusterId: string;
  readonly level: PriorityLevel;
  used: number;
  /** Only while somebody waits, or has come from a queue. */
  queues: FairQueues<Entry> | undefined;
  queued: number;
}

/** The levels that are in use in one cluster, by name. */
type ClusterLevels = Map<string, LevelState>;

/**
 * The seats that one tenant has in use, by cluster and priority level, and its requests that wait. Levels of all clusters take
 * turns. Decides for the tenant alone: whether the process has room is its caller's business.
 */
export class TenantSeats {
  readonly limits: TenantLimits = { total: 0 };
  lastUsedMs = 0;
  readonly #mostWaiting: number;
  readonly #clusters = new Map<string, ClusterLevels>();
  /** Levels with requests that wait, in the order in which their turn comes. */
  readonly #turns = new Set<LevelState>();
  #used = 0;
  #waiting = 0;

  /** @param mostWaiting requests of the tenant that may wait */
  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get isIdle(): boolean {
    return this.#used === 0 && this.#waiting === 0;
  }

  /** Whether a request that comes now can have its seats at once. What waits at its level goes first. */
  canStart(request: SeatRequest, limits: TenantLimits): boolean {
    const state = this.#clusters.get(request.clusterId)?.get(request.flow.level.name);
    return (state === undefined || state.queued === 0) && this.fits(request, limits);
  }

  /** Whether the tenant and the level have the seats. A request that is wider than its level goes there alone. */
  fits({ seats, flow: { level }, clusterId, steering }: SeatRequest, { total }: TenantLimits): boolean {
    if (this.#used > 0 && this.#used + seats > total) return false;
    if (level.response === 'exempt') return true;
    const usedBy = this.#usedBy(clusterId);
    const used = usedBy(level.name);
    const limit = seatLimit(level, steering, { total, usedBy });
    return limit > 0 && (used === 0 || used + seats <= limit);
  }

  start(request: SeatRequest): void {
    this.#used += request.seats;
    this.#levelOf(request).used += request.seats;
  }

  end(request: SeatRequest, queue: number | undefined): void {
    this.#used -= request.seats;
    const state = this.#levelOf(request);
    state.used -= request.seats;
    if (queue !== undefined) state.queues?.ended(queue, request.seats);
    this.#forgetIfIdle(state);
  }

  /** Why the request may not even wait; undefined if it may. */
  refusal(request: SeatRequest, { total }: TenantLimits): SeatRefusal | undefined {
    if (this.#waiting >= this.#mostWaiting) return 'queue-full';
    if (request.flow.level.response !== 'reject') return undefined;
    // Only the level refuses: for the tenant's seats, and for the process, the request waits.
    const usedBy = this.#usedBy(request.clusterId);
    const limit = seatLimit(request.flow.level, request.steering, { total, usedBy });
    const used = usedBy(request.flow.level.name);
    return limit === 0 || (used > 0 && used + request.seats > limit) ? 'concurrency-limit' : undefined;
  }

  /** False where the queues are full. */
  enqueue(waiting: WaitingRequest): boolean {
    const { request } = waiting;
    const state = this.#levelOf(request);
    state.queues ??= new FairQueues<Entry>(queueOptions(state.level, this.#mostWaiting));
    const { schemaName, distinguisher } = request.flow;
    if (!state.queues.add({ schemaName, distinguisher, seats: request.seats, waiting })) {
      this.#forgetIfIdle(state);
      return false;
    }
    state.queued++;
    this.#waiting++;
    this.#turns.add(state);
    return true;
  }

  /** Takes the next request that may start, counts its seats, and moves its level to the end of the line. */
  takeNext(
    mayStart: (waiting: WaitingRequest) => boolean,
  ): { readonly waiting: WaitingRequest; readonly queue: number } | undefined {
    for (const state of this.#turns) {
      const next = state.queues?.peek();
      if (next === undefined || !mayStart(next.waiting)) continue;
      const taken = state.queues?.take();
      if (taken === undefined) continue;
      this.#waiting--;
      state.queued--;
      this.#turns.delete(state);
      if (state.queued > 0) this.#turns.add(state);
      this.start(taken.waiter.waiting.request);
      return { waiting: taken.waiter.waiting, queue: taken.queue };
    }
    return undefined;
  }

  /** Takes out what is due and returns it. */
  removeWaiting(isDue: (waiting: WaitingRequest) => boolean): WaitingRequest[] {
    const removed: WaitingRequest[] = [];
    for (const state of this.#turns) {
      const due = state.queues?.remove(({ waiting }) => isDue(waiting)) ?? [];
      state.queued -= due.length;
      this.#waiting -= due.length;
      if (state.queued === 0) this.#turns.delete(state);
      removed.push(...due.map(({ waiting }) => waiting));
      this.#forgetIfIdle(state);
    }
    return removed;
  }

  #usedBy(clusterId: string): (level: string) => number {
    const levels = this.#clusters.get(clusterId);
    return (level) => levels?.get(level)?.used ?? 0;
  }

  #levelOf({ clusterId, flow: { level } }: SeatRequest): LevelState {
    let levels = this.#clusters.get(clusterId);
    if (levels === undefined) this.#clusters.set(clusterId, (levels = new Map()));
    let state = levels.get(level.name);
    if (state === undefined) {
      levels.set(level.name, (state = { clusterId, level, used: 0, queues: undefined, queued: 0 }));
    }
    return state;
  }

  #forgetIfIdle(state: LevelState): void {
    if (state.used > 0 || state.queued > 0) return;
    const levels = this.#clusters.get(state.clusterId);
    levels?.delete(state.level.name);
    if (levels?.size === 0) this.#clusters.delete(state.clusterId);
  }
}

/** Requests that are not queued by their level, but wait for their tenant's or the process's seats, wait in one line. */
function queueOptions({ response, queues, handSize, queueLengthLimit }: PriorityLevel, mostWaiting: number) {
  if (response === 'queue') return { queues, handSize, queueLengthLimit };
  return { queues: 1, handSize: 1, queueLengthLimit: mostWaiting };
}
