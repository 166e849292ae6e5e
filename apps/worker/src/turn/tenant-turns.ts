import { Smoothed } from '@berth/fairness';

/** A tenant as far as its turns go. */
interface TurnTenant {
  readonly tenantId: string;
  /** Turns of the tenant's clusters that this process runs at once. */
  readonly most: number;
}

export interface TenantTurnsOptions {
  /** undefined for a cluster that does not exist, and for the fleet's own: its turns are few, and nobody's neighbours. */
  readonly tenantOf: (clusterId: string) => Promise<TurnTenant | undefined>;
  /** Asks for a turn of a cluster that had to wait. */
  readonly requestTurn: (clusterId: string) => void;
  /** A monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
  /** Runs something later. */
  readonly after: (ms: number, run: () => void) => void;
}

/** What a turn should know of the others. */
export interface TurnSurroundings {
  /** Whether another tenant had a turn in this process just now, so that this one's should be short. */
  readonly hasNeighbours: boolean;
}

/** A tenant whose turns keep the thread for longer than that as a rule keeps the place of each for so many times as long, when there are neighbours. */
const shortTurnMs = 15;
const restsPerTurn = 20;
const longestRestMs = 1_000;
/** So long after its last turn a tenant still counts as a neighbour. */
const neighbourForMs = 10_000;

/** What a turn came to. */
export interface TurnWork {
  /** So long it kept the thread to itself: not what it waited for. */
  readonly busyMs: number;
}

interface RunningTenant {
  running: number;
  lastMs: number;
  readonly busyMs: Smoothed;
  /** Clusters whose turn came while the tenant had its share. */
  readonly waiting: Set<string>;
}

/**
 * Holds each tenant to its share of this process's turns. The turn of a tenant that has its share does not hold a place: it ends at
 * once, and the cluster is asked for again when one of the tenant's turns has ended, at the end of the queue like everybody.
 * What waits here is lost with the process, and found again by the sweep, for the cluster's log is ahead of its cursor.
 *
 * While others have turns, too, one of a tenant whose turns keep the thread for long keeps its place for a while, so that one tenant has a small part of the
 * thread, and of the database and the nodes behind it. What counts is the time that it kept the thread, not what it waited for: a turn
 * that is slow because of others pays nothing.
 *
 * The share is of one process: with several of them a tenant may have as many times more.
 */
export class TenantTurns {
  readonly #options: TenantTurnsOptions;
  readonly #tenants = new Map<string, RunningTenant>();

  constructor(options: TenantTurnsOptions) {
    this.#options = options;
  }

  /** Runs a turn of the cluster now, or sees to it that there is one later. @throws what the turn throws */
  async run(clusterId: string, turn: (surroundings: TurnSurroundings) => Promise<TurnWork>): Promise<void> {
    const tenant = await this.#options.tenantOf(clusterId);
    if (tenant === undefined) {
      await turn({ hasNeighbours: this.#hasNeighbours('') });
      return;
    }
    const state = this.#stateOf(tenant.tenantId);
    if (state.running >= tenant.most) {
      state.waiting.add(clusterId);
      return;
    }
    state.running++;
    state.waiting.delete(clusterId);
    let busyMs = 0;
    try {
      const work = await turn({ hasNeighbours: this.#hasNeighbours(tenant.tenantId) });
      busyMs = state.busyMs.add(work.busyMs);
    } finally {
      state.lastMs = this.#options.nowMs();
      if (busyMs > shortTurnMs && this.#hasNeighbours(tenant.tenantId)) {
        this.#options.after(Math.min(longestRestMs, busyMs * restsPerTurn), () => this.#leave(state));
      } else this.#leave(state);
    }
  }

  #leave(state: RunningTenant): void {
    state.running--;
    const [next] = state.waiting;
    if (next === undefined) return;
    state.waiting.delete(next);
    this.#options.requestTurn(next);
  }

  #stateOf(tenantId: string): RunningTenant {
    let state = this.#tenants.get(tenantId);
    if (state === undefined) {
      this.#forgetThoseGone();
      this.#tenants.set(
        tenantId,
        (state = { running: 0, lastMs: 0, busyMs: new Smoothed(), waiting: new Set() }),
      );
    }
    return state;
  }

  #hasNeighbours(tenantId: string): boolean {
    const nowMs = this.#options.nowMs();
    for (const [id, { running, lastMs }] of this.#tenants) {
      if (id !== tenantId && (running > 0 || nowMs - lastMs < neighbourForMs)) return true;
    }
    return false;
  }

  #forgetThoseGone(): void {
    const nowMs = this.#options.nowMs();
    for (const [id, { running, waiting, lastMs }] of this.#tenants) {
      if (running === 0 && waiting.size === 0 && nowMs - lastMs >= neighbourForMs) this.#tenants.delete(id);
    }
  }
}
