import { createHash } from 'node:crypto';
import type { Store } from '@berth/store';
import type { Logger } from 'pino';

/** How often the duty runs, and after how many runs it has come round to every cluster. */
export const recountEveryMs = 60_000;
const rounds = 360;

/**
 * Compares the counters of some clusters with their objects, others each time, so that every cluster has its turn in six hours.
 * Looking stops nobody; where something is wrong the cluster is counted again under its lock, mended, and told of.
 *
 * @returns the counters that were mended
 */
export async function recountUsage(
  store: Pick<Store, 'listClusterIds' | 'recount' | 'usageDrift'>,
  { now, log }: { readonly now: Date; readonly log: Pick<Logger, 'warn'> },
): Promise<number> {
  const round = Math.floor(now.getTime() / recountEveryMs) % rounds;
  const clusterIds = (await store.listClusterIds()).filter((id) => roundOf(id) === round);
  let mended = 0;
  for (const cluster of clusterIds) {
    if ((await store.usageDrift(cluster)) === 0) continue;
    const counters = await store.recount(cluster);
    if (counters > 0) log.warn({ cluster, counters }, 'counters of usage were wrong and have been mended');
    mended += counters;
  }
  return mended;
}

/** Of names that begin alike, too, each round has as many. */
export function roundOf(clusterId: string): number {
  return createHash('sha256').update(clusterId).digest().readUInt32BE() % rounds;
}
