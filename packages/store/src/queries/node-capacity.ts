import { and, asc, eq, gt } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { nodeCapacity } from '../schema/tables.ts';
import type { NodeCapacity } from '../node-capacity.ts';
import { translated } from '../translate-error.ts';

const nothing = { cpuMillis: 0, memoryBytes: 0, pods: 0 };

/**
 * A node that is taken out while pods still claim it keeps a row that holds nothing, so that the sum of its claims stays
 * exact should it come back.
 */
export function nodeCapacityStore(database: Database): NodeCapacity {
  return {
    set: (node, allocatable) =>
      translated('change', async () => {
        await database.fleet
          .insert(nodeCapacity)
          .values({ node, ...allocatable })
          .onConflictDoUpdate({ target: nodeCapacity.node, set: { ...allocatable } });
      }),
    remove: (node) =>
      translated('change', () =>
        database.fleet.transaction(async (queries) => {
          await queries.update(nodeCapacity).set(nothing).where(eq(nodeCapacity.node, node));
          await queries
            .delete(nodeCapacity)
            .where(and(eq(nodeCapacity.pods, 0), eq(nodeCapacity.claimedPods, 0)));
        }),
      ),
    usage: () =>
      translated('read', async () => {
        const rows = await database.fleet
          .select()
          .from(nodeCapacity)
          .where(gt(nodeCapacity.pods, 0))
          .orderBy(asc(nodeCapacity.node));
        return rows.map((row) => ({
          node: row.node,
          allocatable: { cpuMillis: row.cpuMillis, memoryBytes: row.memoryBytes, pods: row.pods },
          claimed: {
            cpuMillis: row.claimedCpuMillis,
            memoryBytes: row.claimedMemoryBytes,
            pods: row.claimedPods,
          },
        }));
      }),
  };
}
