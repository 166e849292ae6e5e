import { bootstrapHome, type Bootstrapper } from './bootstrap-home.ts';
import { lastUseHome } from './last-use-home.ts';
import type { ListReader } from './list-reader.ts';
import type { PolicyReader } from './policy-reader.ts';
import { provisioningHome } from './provisioning-home.ts';
import { togetherHome } from './together-home.ts';
import { systemClusterId } from '@berth/auth';
import { bootstrapObjectsOf, type ClusterPlace, type KindDefinition } from '@berth/kinds';
import type { WantedCluster } from '../tenancy/new-cluster.ts';
import type { KubeObject } from '@berth/machinery';
import type {
  ClusterStore,
  ListPage,
  ListQuery,
  ObjectKey,
  Outcome,
  Store,
  StoredObject,
  Write,
} from '@berth/store';

/** Where the objects of one resource rest: the cluster's log, and for some kinds rows beside it. */
export interface ObjectHome {
  get(key: ObjectKey): Promise<StoredObject | undefined>;
  list(query: ListQuery): Promise<ListPage>;
  write(write: Write): Promise<Outcome>;
  /** What the place itself adds to a new object. */
  complete?(object: KubeObject): KubeObject;
}

export interface HomeSources {
  readonly store: Store;
  /** Makes a cluster together with the object that stands for it. */
  readonly createCluster: (wanted: WantedCluster) => Promise<Outcome>;
  /** What a cluster's status says of where it is. */
  readonly placeOf: (clusterId: string) => Readonly<Record<string, string>>;
  readonly isTenantSuspended: (tenantId: string) => Promise<boolean>;
  /** The writes that create objects of the system cluster. */
  readonly creationsOf: (objects: readonly KubeObject[]) => readonly Write[];
  readonly readList: ListReader;
  readonly bootstrap: Bootstrapper;
  readonly clusterPlace: ClusterPlace;
  readonly readPolicies: PolicyReader;
}

/** The home of a kind's objects: the log, with what the kind has beside it. */
export function objectHome(sources: HomeSources, clusterId: string, definition: KindDefinition): ObjectHome {
  const { withLastUse } = definition;
  const home = loggedHome(sources, clusterId, definition);
  return withLastUse === undefined
    ? home
    : lastUseHome(home, { ...sources, clusterId, definition, withLastUse });
}

function loggedHome(sources: HomeSources, clusterId: string, definition: KindDefinition): ObjectHome {
  const log = sources.store.cluster(clusterId);
  const { offLog, provisionsCluster, createdTogether } = definition;
  const bootstrapObjects = bootstrapObjectsOf(definition, { isSystem: clusterId === systemClusterId });
  const { placedObjects } = definition;
  const objects = placedObjects ? placedObjects(sources.clusterPlace) : bootstrapObjects;
  if (objects.length > 0) {
    const { ensure, forget } = sources.bootstrap;
    return bootstrapHome(logHome(sources, log), {
      ready: () => ensure(log, objects),
      onRemoved: () => forget(log, objects),
    });
  }
  if (offLog !== undefined) return partlyOffLog(sources.store, log, offLog);
  if (provisionsCluster !== undefined) return provisioningHome(sources, log, definition);
  return createdTogether === undefined ? logHome(sources, log) : togetherHome(sources, log, definition);
}

function logHome({ readList }: HomeSources, log: ClusterStore): ObjectHome {
  return {
    get: (key) => log.get(key),
    list: (query) => readList(log, query),
    write: (write) => log.write(write),
  };
}

function partlyOffLog(
  store: Store,
  log: ClusterStore,
  offLog: NonNullable<KindDefinition['offLog']>,
): ObjectHome {
  const { clusterId } = log;
  return {
    get: (key) => (offLog(key) ? store.heartbeats.get(clusterId, key) : log.get(key)),
    write: (write) => (offLog(write) ? overwrite(store, clusterId, write) : log.write(write)),
    async list(query) {
      const page = await log.list(query);
      if (page.remaining > 0) return page;
      // Heartbeats have no past: they stand in the last page, whatever revision it shows.
      const beside = await store.heartbeats.list(clusterId, query);
      return { ...page, items: [...page.items, ...beside].sort(byKey) };
    },
  };
}

async function overwrite(store: Store, clusterId: string, write: Write): Promise<Outcome> {
  if (write.op === 'delete') {
    const removed = await store.heartbeats.remove(clusterId, write);
    return removed ? { status: 'applied', revision: write.expected?.revision ?? 0 } : { status: 'missing' };
  }
  const { resource, namespace, name, uid, body } = write;
  const expectedRevision = write.op === 'create' ? 0 : write.expected?.revision;
  return store.heartbeats.put(clusterId, {
    resource,
    namespace,
    name,
    uid,
    body,
    ...(expectedRevision !== undefined && { expectedRevision }),
  });
}

function byKey(a: ObjectKey, b: ObjectKey): number {
  return Buffer.compare(Buffer.from(`${a.namespace}\0${a.name}`), Buffer.from(`${b.namespace}\0${b.name}`));
}
