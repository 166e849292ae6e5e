import type { Database } from '../database.ts';
import type { TurnStart } from '../store.ts';
import { translated } from '../translate-error.ts';

/** What a turn asks for. */
export interface TurnStartRequest {
  readonly now: Date;
  /** Due timers, at most. */
  readonly mostTimers: number;
}

/** Both questions travel together: a turn that has little to do is mostly round trips. */
export function turnStart(
  database: Database,
  clusterId: string,
  { now, mostTimers }: TurnStartRequest,
): Promise<TurnStart> {
  return translated('read', () =>
    database.readCluster(clusterId, async (sql) => {
      const [[cluster], timers] = await Promise.all([
        sql<{ cursor: number }[]>`select cursor from berth.clusters where id = ${clusterId}`,
        sql<{ key: string; due_at: string }[]>`
          select key, due_at from berth.timers
          where cluster_id = ${clusterId} and due_at <= ${now.toISOString()} order by due_at, key
          limit ${mostTimers + 1}`,
      ]);
      return {
        cursor: cluster?.cursor ?? 0,
        hasMoreTimers: timers.length > mostTimers,
        dueTimers: timers.slice(0, mostTimers).map(({ key, due_at }) => ({ key, dueAt: new Date(due_at) })),
      };
    }),
  );
}
