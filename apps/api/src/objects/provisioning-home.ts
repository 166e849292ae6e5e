import { groupKind, groupResource, type KindDefinition } from '@berth/kinds';
import type { ClusterStore, Outcome, Write } from '@berth/store';
import { decodeWrite } from './decode-write.ts';
import type { HomeSources, ObjectHome } from './object-home.ts';

/**
 * The home of objects that stand for a cluster. There is never an object without its cluster, nor the other way round:
 * it is made with the object, suspended with it, and ended as the object's deletion begins. A worker then removes what
 * was in it, and the object at last.
 */
export function provisioningHome(
  sources: HomeSources,
  log: ClusterStore,
  definition: KindDefinition,
): ObjectHome {
  return {
    get: (key) => log.get(key),
    list: (query) => sources.readList(log, query),
    complete: (object) => ({
      ...object,
      status: { ...object.status, ...sources.placeOf(object.metadata.name) },
    }),
    async write(write) {
      if (write.op === 'delete') return log.write(write);
      const cluster = provisionedBy(definition, write);
      if (write.op === 'update') return changeWithCluster(sources, { ...cluster, recordedBy: write });
      return sources.createCluster({
        ...cluster,
        recordedBy: write,
        kind: groupKind(definition),
        groupResource: groupResource(definition),
      });
    },
  };
}

interface ClusterChange {
  readonly clusterId: string;
  readonly tenantId: string;
  readonly suspended: boolean;
  readonly recordedBy: Write;
}

async function changeWithCluster(
  { store, isTenantSuspended }: HomeSources,
  { clusterId, tenantId, suspended, recordedBy }: ClusterChange,
): Promise<Outcome> {
  if (recordedBy.terminating) return store.removals.begin(clusterId, recordedBy);
  const isSuspended = suspended || (await isTenantSuspended(tenantId));
  return store.recordSuspended({ clusterId, suspended: isSuspended }, recordedBy);
}

function provisionedBy(definition: KindDefinition, write: Write) {
  if (definition.provisionsCluster === undefined) throw new Error(`${definition.kind} provisions nothing`);
  return definition.provisionsCluster(decodeWrite(definition, write));
}
