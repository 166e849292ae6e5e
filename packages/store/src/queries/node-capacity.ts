import { and, asc, eq, gt } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { nodeCapacity } from '../schema/tables.ts';
import type { NodeCapacity, NodeResources, NodeUsage } from '../node-capacity.ts';
import { translated } from '../translate-error.ts';

const nothing = { cpuMillis: 0, memoryBytes: 0, pods: 0, others: {} };

/**
 * A node that is taken out while pods still claim it keeps a row that holds nothing, so that the sum of its claims stays
 * exact should it come back.
 */
export function nodeCapacityStore(database: Database): NodeCapacity {
  return {
    set: (node, { others = {}, ...resources }) =>
      translated('change', async () => {
        const allocatable = { ...resources, others };
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
        return rows.map(usageOf);
      }),
  };
}

function usageOf(row: typeof nodeCapacity.$inferSelect): NodeUsage {
  const { node, cpuMillis, memoryBytes, pods } = row;
  return {
    node,
    allocatable: { cpuMillis, memoryBytes, pods, ...othersOf(row.others) },
    claimed: {
      cpuMillis: row.claimedCpuMillis,
      memoryBytes: row.claimedMemoryBytes,
      pods: row.claimedPods,
      ...othersOf(row.claimedOthers),
      ...(row.claimedPorts.length > 0 && { hostPorts: row.claimedPorts }),
    },
  };
}

function othersOf(others: Readonly<Record<string, number>>): Pick<NodeResources, 'others'> {
  return Object.keys(others).length > 0 ? { others } : {};
}
