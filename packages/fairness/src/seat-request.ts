import type { Flow, Steering } from './steering.ts';

/** A request that asks to be served. */
export interface SeatRequest {
  readonly tenantId: string;
  /** Seats that the tenant may use at once in this process, over all of its clusters. */
  readonly tenantSeats: number;
  readonly clusterId: string;
  readonly steering: Steering;
  readonly flow: Flow;
  /** What the request takes up while it runs; see `estimateSeats`. At least 1. */
  readonly seats: number;
  /** Whether the client has gone away, asked before a waiting request is served. */
  readonly isGone: () => boolean;
}

/** Why a request was not served. */
export type SeatRefusal =
  /** Its priority level has no seat and lets nobody wait. */
  | 'concurrency-limit'
  /** The queues in which it might have waited are full. */
  | 'queue-full'
  /** It waited for too long. */
  | 'time-out'
  /** Its client went away. */
  | 'gone';

/** The right to be served now. It ends with the first call of `release`; later calls do nothing. */
export interface Seat {
  release(): void;
}
