import type { Database } from '../database.ts';
import type { SigningKeys } from '../store.ts';
import { translated } from '../translate-error.ts';

type Due = Parameters<SigningKeys['clustersToRotate']>[0];

/** Over the whole fleet: work over it may learn whose keys are due, and not read the keys. */
export function clustersToRotate(
  database: Database,
  { signsBefore, endedBefore, limit }: Due,
): Promise<string[]> {
  return translated('read', async () => {
    const rows = await database.fleetSql<{ id: string }[]>`
      select id from berth.clusters_to_rotate(
        ${signsBefore.toISOString()}, ${endedBefore.toISOString()}, ${limit}) as id`;
    return rows.map(({ id }) => id);
  });
}
