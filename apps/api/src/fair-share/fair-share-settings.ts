/** What tenants may do whose plan does not say, and what one process serves at once. */
export interface FairShareSettings {
  /** Requests that a tenant may make each second, over all processes. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Seats that a tenant may use at once in one process; most requests take one. */
  readonly inFlight: number;
  /** Watches and other long-running requests of a tenant at once in one process. */
  readonly watches: number;
  /** Seats of a process, as kube-apiserver's `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
  readonly processSeats: number;
}

/** Generous: an installation without plans should not notice. */
export const defaultFairShare: FairShareSettings = {
  requestsPerSecond: 20_000,
  requestBurst: 20_000,
  inFlight: 300,
  watches: 10_000,
  processSeats: 600,
};
