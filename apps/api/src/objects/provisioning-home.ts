import { apiVersionOf, type KindDefinition } from '@berth/kinds';
import { decodeStoredBody } from '@berth/machinery';
import type { ClusterStore, Outcome, Write } from '@berth/store';
import type { HomeSources, ObjectHome } from './object-home.ts';

/** The home of objects that stand for a cluster: the cluster is made and removed with them. */
export function provisioningHome(
  sources: HomeSources,
  log: ClusterStore,
  definition: KindDefinition,
): ObjectHome {
  return {
    get: (key) => log.get(key),
    list: (query) => log.list(query),
    write(write) {
      if (write.op === 'create') return createWithCluster(sources, log, { definition, write });
      return write.op === 'delete'
        ? removeWithCluster(sources, log, { definition, write })
        : log.write(write);
    },
  };
}

interface ProvisioningWrite {
  readonly definition: KindDefinition;
  readonly write: Write;
}

/** One transaction: there is never an object without its cluster, nor the other way round. */
async function createWithCluster(
  { store, clusterSeed }: HomeSources,
  log: ClusterStore,
  { definition, write }: ProvisioningWrite,
): Promise<Outcome> {
  const cluster = provisionedBy(definition, write);
  if (await log.get(write)) return { status: 'exists' };
  const created = await store.createCluster({ ...cluster, seed: clusterSeed(), recordedBy: write });
  if (created === 'exists') return { status: 'exists' };
  const stored = await log.get(write);
  return stored === undefined ? { status: 'missing' } : { status: 'applied', revision: stored.revision };
}

/** The cluster goes first: if the process dies in between, deleting the object again finishes the work. */
async function removeWithCluster(
  { store }: HomeSources,
  log: ClusterStore,
  { definition, write }: ProvisioningWrite,
): Promise<Outcome> {
  const current = await log.get(write);
  if (current === undefined) return { status: 'missing' };
  const { revision, uid } = current;
  if (write.expected?.revision !== undefined && write.expected.revision !== revision) {
    return { status: 'conflict', precondition: 'revision', current: { revision, uid } };
  }
  await store.deleteCluster(provisionedBy(definition, write).clusterId);
  return log.write(write);
}

function provisionedBy({ provisionsCluster, versions, kind }: KindDefinition, { body }: Write) {
  if (provisionsCluster === undefined) throw new Error(`${kind} provisions nothing`);
  return provisionsCluster(decodeStoredBody(body, 0, { apiVersion: apiVersionOf(versions[0]), kind }));
}
