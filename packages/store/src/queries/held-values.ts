import { asc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { heldValues } from '../schema/tables.ts';
import { translated } from '../translate-error.ts';

export function heldValuesOf(database: Database, clusterId: string): Promise<string[]> {
  return translated('read', () =>
    database.inCluster(clusterId, async (queries) => {
      const rows = await queries
        .select({ value: heldValues.value })
        .from(heldValues)
        .where(eq(heldValues.clusterId, clusterId))
        .orderBy(asc(heldValues.value));
      return rows.map(({ value }) => value);
    }),
  );
}
