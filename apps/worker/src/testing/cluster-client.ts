import { randomUUID } from 'node:crypto';
import { clusterSeed } from '@berth/controllers';
import {
  apiVersionOf,
  beforeCreate,
  beforeDelete,
  beforeUpdate,
  beforeUpdateStatus,
  builtinRegistry,
  type DeleteOptions,
  type KindDefinition,
  type Mutation,
  writeAttributes,
} from '@berth/kinds';
import { decodeStoredBody, encodeStoredBody, type KubeObject } from '@berth/machinery';
import type { ObjectKey, Outcome, Store, StoredObject, Write } from '@berth/store';
import { newNameSuffix } from '../turn/name-suffix.ts';

/** A cluster as a user of its API sees it: every change takes the lifecycle of the kind and is refused as the API would. */
export interface ClusterClient {
  readonly clusterId: string;
  create<T extends KubeObject>(object: T): Promise<T>;
  /** Puts the change on the newest state, again if someone wrote in between. */
  update<T extends KubeObject>(key: ObjectKey, change: (current: T) => T): Promise<void>;
  updateStatus<T extends KubeObject>(key: ObjectKey, change: (current: T) => T): Promise<void>;
  remove(key: ObjectKey, options?: DeleteOptions): Promise<void>;
  get<T extends KubeObject>(key: ObjectKey): Promise<T | undefined>;
  list<T extends KubeObject>(resource: string, namespace?: string): Promise<T[]>;
}

/** Makes the cluster with the objects that every cluster begins with. */
export async function createTestCluster(store: Store, clusterId: string): Promise<ClusterClient> {
  const seed = clusterSeed({ clusterCa: testCa }).map((object) => {
    const kind = kindOf(object);
    return writeOf(kind, 'create', beforeCreate(kind, object, lifecycle()));
  });
  await store.createCluster({ clusterId, tenantId: 'test', seed });
  return clusterClient(store, clusterId);
}

export const testCa = '-----BEGIN CERTIFICATE-----\nnot a real one\n-----END CERTIFICATE-----\n';

/** The client of a cluster that exists. */
export function clusterClient(store: Store, clusterId: string): ClusterClient {
  const cluster = store.cluster(clusterId);

  const decode = (stored: StoredObject): KubeObject =>
    decodeStoredBody(stored.body, stored.revision, typeMetaOf(stored.resource));

  const change = async (
    key: ObjectKey,
    mutate: (kind: KindDefinition, current: KubeObject) => Mutation,
  ): Promise<void> => {
    for (;;) {
      const stored = await cluster.get(key);
      if (!stored) throw new Error(`${key.resource} ${key.namespace}/${key.name} does not exist`);
      const kind = kindOfResource(key.resource);
      const mutation = mutate(kind, decode(stored));
      if (mutation.effect === 'unchanged') return;
      const op = mutation.effect === 'remove' ? 'delete' : 'update';
      const expected = { revision: stored.revision, uid: stored.uid };
      const outcome = await cluster.write({ ...writeOf(kind, op, mutation), expected });
      if (outcome.status === 'conflict') continue;
      mustApply(outcome, key);
      return;
    }
  };

  // The caller says with the resource which kind it is.
  return {
    clusterId,
    create: async <T extends KubeObject>(object: T) => {
      const kind = kindOf(object);
      const write = writeOf(kind, 'create', beforeCreate(kind, object, lifecycle()));
      const revision = mustApply(await cluster.write(write), write);
      return decode({ ...write, revision }) as T;
    },
    update: <T extends KubeObject>(key: ObjectKey, edit: (current: T) => T) =>
      change(key, (kind, current) => beforeUpdate(kind, current, edit(current as T))),
    updateStatus: <T extends KubeObject>(key: ObjectKey, edit: (current: T) => T) =>
      change(key, (kind, current) => beforeUpdateStatus(kind, current, edit(current as T))),
    remove: (key, options = {}) =>
      change(key, (kind, current) => beforeDelete(kind, current, { options, now: new Date() })),
    get: async <T extends KubeObject>(key: ObjectKey) => {
      const stored = await cluster.get(key);
      return stored && (decode(stored) as T);
    },
    list: async <T extends KubeObject>(resource: string, namespace?: string) => {
      const page = await cluster.list({ resource, ...(namespace === undefined ? {} : { namespace }) });
      return page.items.map((stored) => decode(stored) as T);
    },
  };
}

function writeOf(kind: KindDefinition, op: Write['op'], { object }: Mutation): Write {
  const { terminating, within, ...attributes } = writeAttributes(kind, object);
  return {
    op,
    ...attributes,
    body: encodeStoredBody(object),
    ...(terminating ? { terminating } : {}),
    ...(op === 'create' && within ? { within } : {}),
  };
}

function mustApply(outcome: Outcome, key: ObjectKey): number {
  if (outcome.status === 'applied') return outcome.revision;
  throw new Error(`${key.resource} ${key.namespace}/${key.name}: ${outcome.status}`);
}

function lifecycle() {
  return { now: new Date(), newUid: randomUUID, newNameSuffix, policies: () => [] };
}

function kindOf(object: KubeObject): KindDefinition {
  const served = builtinRegistry.byGroupVersionKind(object.apiVersion, object.kind);
  if (!served) throw new Error(`no kind ${object.apiVersion} ${object.kind}`);
  return served.definition;
}

function kindOfResource(resource: string): KindDefinition {
  const definition = builtinRegistry.byResource(resource);
  if (!definition) throw new Error(`no resource ${resource}`);
  return definition;
}

function typeMetaOf(resource: string) {
  const { kind, versions } = kindOfResource(resource);
  return { apiVersion: apiVersionOf(versions[0]), kind };
}
