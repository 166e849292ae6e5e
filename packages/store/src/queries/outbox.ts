import { inArray } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { outbox } from '../schema/tables.ts';
import type { Outbox, OutboxRecord } from '../outbox.ts';
import { translated } from '../translate-error.ts';

interface Row {
  readonly id: number;
  readonly cluster_id: string;
  readonly topic: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly created_at: string;
}

export function outboxStore(database: Database): Outbox {
  return {
    take: (now, options) => takeMessages(database, now, options),
    done: (ids) =>
      translated('change', async () => {
        if (ids.length > 0) await database.fleet.delete(outbox).where(inArray(outbox.id, ids.map(BigInt)));
      }),
  };
}

function takeMessages(
  database: Database,
  now: Date,
  options: { readonly limit: number; readonly redeliverAfterMs: number },
): Promise<OutboxRecord[]> {
  const forgottenBefore = new Date(now.getTime() - options.redeliverAfterMs).toISOString();
  return translated('read', async () => {
    const rows = await database.fleetSql<Row[]>`
      with due as materialized (
        select cluster_id, id from berth.outbox
        where taken_at is null or taken_at <= ${forgottenBefore}
        order by id limit ${options.limit} for update skip locked
      ), taken as (
        update berth.outbox o set taken_at = ${now.toISOString()}, attempts = attempts + 1 from due
        where o.cluster_id = due.cluster_id and o.id = due.id
        returning o.id, o.cluster_id, o.topic, o.payload, o.attempts, o.created_at
      )
      select * from taken order by id`;
    return rows.map(({ id, cluster_id, topic, payload, attempts, created_at }) => ({
      id: String(id),
      clusterId: cluster_id,
      topic,
      payload,
      attempts,
      createdAt: new Date(created_at),
    }));
  });
}
