import type { KindDefinition } from '@berth/kinds';
import type { ClusterStore, Outcome, Write } from '@berth/store';
import { decodeWrite } from './decode-write.ts';
import type { HomeSources, ObjectHome } from './object-home.ts';

/** The home of objects that stand for a cluster: the cluster is made and removed with them. */
export function provisioningHome(
  sources: HomeSources,
  log: ClusterStore,
  definition: KindDefinition,
): ObjectHome {
  return {
    get: (key) => log.get(key),
    list: (query) => sources.readList(log, query),
    write(write) {
      if (write.op === 'create') return createWithCluster(sources, { definition, write });
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
  { store, clusterSeed, newSigningKeys }: HomeSources,
  { definition, write }: ProvisioningWrite,
): Promise<Outcome> {
  const { clusterId, tenantId } = provisionedBy(definition, write);
  return store.createCluster({
    clusterId,
    tenantId,
    seed: clusterSeed(),
    recordedBy: write,
    signingKeys: await newSigningKeys(clusterId),
  });
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

function provisionedBy(definition: KindDefinition, write: Write) {
  if (definition.provisionsCluster === undefined) throw new Error(`${definition.kind} provisions nothing`);
  return definition.provisionsCluster(decodeWrite(definition, write));
}
