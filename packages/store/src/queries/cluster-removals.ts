import type { Database } from '../database.ts';
import type { Outcome, Write } from '../types.ts';
import { translated } from '../translate-error.ts';
import { recorded, type Recording } from './recorded.ts';

/** A write to the system cluster, if there is one, and the cluster is gone for everybody: both or neither. */
export function beginRemoval(
  recording: Recording,
  clusterId: string,
  recordedBy: Write | undefined,
): Promise<Outcome> {
  return recorded(recording, recordedBy, (sql) => sql`select berth.begin_removal(${clusterId})`.execute());
}

export function endRemoval(
  recording: Recording,
  clusterId: string,
  recordedBy: Write | undefined,
): Promise<Outcome> {
  return recorded(recording, recordedBy, (sql) => sql`select berth.end_removal(${clusterId})`.execute());
}

export function removeClusterRows(database: Database, clusterId: string, limit: number): Promise<number> {
  return translated('change', async () => {
    const [row] = await database.clusterSql<{ removed: number }[]>`
      select berth.remove_cluster_rows(${clusterId}, ${limit}) as removed`;
    return row?.removed ?? 0;
  });
}

/** Clusters whose rows are being removed, in byte order. */
export function pendingRemovals(database: Database): Promise<string[]> {
  return translated('read', async () => {
    const rows = await database.fleetSql<{ id: string }[]>`
      select id from berth.former_clusters order by id`;
    return rows.map(({ id }) => id);
  });
}
