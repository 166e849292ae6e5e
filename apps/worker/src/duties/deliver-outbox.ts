import type { OutboxRecord, Store } from '@berth/store';
import type { Logger } from 'pino';

/**
 * Delivers one message. Delivery is at least once, in no particular order: a consumer must take the same message twice.
 * A throw leaves the message for another try.
 */
export type OutboxConsumer = (message: OutboxRecord) => Promise<void>;

export interface Delivery {
  readonly store: Store;
  /** By topic. A message without a consumer stays: a newer version may have written it. */
  readonly consumers: ReadonlyMap<string, OutboxConsumer>;
  readonly log: Logger;
  readonly now: () => Date;
}

const batchSize = 100;
const redeliverAfterMs = 30_000;

/** Delivers what turns left in the outbox, until nothing is there that was not tried lately. */
export async function deliverOutbox(delivery: Delivery): Promise<void> {
  const { store, now } = delivery;
  for (;;) {
    const messages = await store.outbox.take(now(), { limit: batchSize, redeliverAfterMs });
    const delivered = await Promise.all(messages.map((message) => deliver(message, delivery)));
    await store.outbox.done(messages.flatMap(({ id }, index) => (delivered[index] ? [id] : [])));
    if (messages.length < batchSize) return;
  }
}

async function deliver(message: OutboxRecord, { consumers, log }: Delivery): Promise<boolean> {
  const { id, clusterId, topic, attempts } = message;
  const fields = { cluster: clusterId, topic, message: id, attempts };
  const consumer = consumers.get(topic);
  if (!consumer) {
    log.warn(fields, 'an outbox message has no consumer in this version');
    return false;
  }
  try {
    await consumer(message);
    return true;
  } catch (err) {
    log.warn({ ...fields, err }, 'an outbox message could not be delivered and will be tried again');
    return false;
  }
}
