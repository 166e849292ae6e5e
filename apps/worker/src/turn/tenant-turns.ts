/** A tenant as far as its turns go. */
interface TurnTenant {
  readonly tenantId: string;
  /** Turns of the tenant's clusters that this process runs at once. */
  readonly most: number;
}

export interface TenantTurnsOptions {
  /** undefined for a cluster that does not exist. */
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

/** A turn that is longer than that keeps its place for as long again when there are neighbours. */
const shortTurnMs = 30;
/** So long after its last turn a tenant still counts as a neighbour. */
const neighbourForMs = 2_000;

interface RunningTenant {
  running: number;
  lastMs: number;
  /** Clusters whose turn came while the tenant had its share. */
  readonly waiting: Set<string>;
}

/**
 * Holds each tenant to its share of this process's turns. The turn of a tenant that has its share does not hold a place: it ends at
 * once, and the cluster is asked for again when one of the tenant's turns has ended, at the end of the queue like everybody.
 * What waits here is lost with the process, and found again by the sweep, for the cluster's log is ahead of its cursor.
 *
 * While others have turns, too, a long turn keeps its place for as long again. So one tenant has at most half of the thread, and of the
 * database behind it, of each place that it may take.
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
  async run(clusterId: string, turn: (surroundings: TurnSurroundings) => Promise<void>): Promise<void> {
    const tenant = await this.#options.tenantOf(clusterId);
    if (tenant === undefined) return turn({ hasNeighbours: this.#hasNeighbours('') });
    const state = this.#stateOf(tenant.tenantId);
    if (state.running >= tenant.most) {
      state.waiting.add(clusterId);
      return;
    }
    state.running++;
    state.waiting.delete(clusterId);
    const beganAtMs = this.#options.nowMs();
    try {
      await turn({ hasNeighbours: this.#hasNeighbours(tenant.tenantId) });
    } finally {
      state.lastMs = this.#options.nowMs();
      const tookMs = state.lastMs - beganAtMs;
      if (tookMs > shortTurnMs && this.#hasNeighbours(tenant.tenantId)) {
        this.#options.after(tookMs, () => this.#leave(state));
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
      this.#tenants.set(tenantId, (state = { running: 0, lastMs: 0, waiting: new Set() }));
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
