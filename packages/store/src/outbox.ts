import type { OutboxMessage } from './types.ts';

/** Effects that turns left to be delivered, at least once each. */
export interface Outbox {
  /** Takes the oldest messages that nobody took within `redeliverAfterMs`. Concurrent callers get different ones. */
  take(
    now: Date,
    options: { readonly limit: number; readonly redeliverAfterMs: number },
  ): Promise<OutboxRecord[]>;
  /** Removes delivered messages. */
  done(ids: readonly string[]): Promise<void>;
}

export interface OutboxRecord extends OutboxMessage {
  readonly id: string;
  readonly clusterId: string;
  /** How often it was taken, this time included. */
  readonly attempts: number;
  readonly createdAt: Date;
}
