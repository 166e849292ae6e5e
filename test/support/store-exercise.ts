import type { ClusterStore, ObjectKey, Store, TurnCommit, Write } from '@berth/store';
import { bodyOf, configMap, create, remove, update } from './store.ts';

/** Whose rows are made: every name, body and payload shows the mark, so that a neighbour's is known when it is seen. */
export interface Exercise {
  readonly store: Store;
  readonly clusterId: string;
  readonly mark: string;
}

type Step = (exercise: Exercise & { readonly cluster: ClusterStore; readonly key: ObjectKey }) => unknown;

const effects = { setTimers: [], clearTimers: [], outbox: [], claims: [], releases: [] };
const farFuture = new Date('2100-01-01T00:00:00Z');
/** Long before all partitions. */
const farPast = new Date(0);

function turn(writes: readonly Write[], more: Partial<TurnCommit> = {}): TurnCommit {
  return { expectedCursor: 0, cursor: 0, coversOwnWrites: false, writes, ...effects, ...more };
}

const secret = (mark: string): ObjectKey => ({ resource: 'secrets', namespace: 'default', name: mark });

const signingKey = (mark: string) => ({
  keyId: `key-${mark}`,
  algorithm: 'EdDSA',
  publicJwk: { mark },
  sealedPrivateJwk: `sealed-${mark}`,
  signsFrom: farPast,
});

const record = (mark: string) => ({
  username: mark,
  verb: 'create',
  resource: 'configmaps',
  namespace: 'default',
  name: mark,
  code: 403,
  event: JSON.stringify({ mark }),
});

const audited = (mark: string) => ({ record: record(mark), onRecorded: () => undefined });
/** The cluster of an exercise; nothing if it is there. */
export async function createExercised({ store, clusterId, mark }: Exercise): Promise<void> {
  await store.createCluster({
    clusterId,
    tenantId: mark,
    seed: [create(configMap(`seed-${mark}`), { value: mark })],
    signingKeys: [signingKey(`first-${mark}`)],
  });
}

/** One step for each method of the store, in an order in which each finds something. */
export const steps: Readonly<Record<string, Step>> = {
  ensurePartitions: ({ store }) => store.ensurePartitions(new Date()),
  ping: ({ store }) => store.ping(),
  createCluster: (exercise) => createExercised(exercise),
  clusterExists: ({ store, clusterId }) => store.clusterExists(clusterId),
  clusterOwner: ({ store, clusterId }) => store.clusterOwner(clusterId),
  listClusterIds: ({ store }) => store.listClusterIds(),
  'nodeCapacity.set': ({ store, mark }) =>
    store.nodeCapacity.set(`node-${mark}`, { cpuMillis: 9, memoryBytes: 9, pods: 9, others: { device: 9 } }),
  'tenantLimits.set': ({ store, mark }) =>
    store.tenantLimits.set(mark, { 'count/configmaps': '99', clusters: '9', pods: '9' }),
  'tenantLimits.usageOfAll': ({ store }) => store.tenantLimits.usageOfAll(),
  'tenantLimits.usage': ({ store, mark }) => store.tenantLimits.usage(mark),
  'cluster.write': async ({ cluster, key, mark }) => {
    const quota = { scopes: [], hard: [{ resource: 'pods', counter: 'pods', quantity: '1' }] };
    const quotaKey = { resource: 'resourcequotas', namespace: 'default', name: mark };
    const usage = { tags: [], amounts: { pods: '1' }, holds: [`port/${mark}`] };
    await cluster.write(create(quotaKey, { value: mark, quota }));
    await cluster.write(create({ ...quotaKey, name: `former-${mark}` }, { value: mark, quota }));
    await cluster.write(remove({ ...quotaKey, name: `former-${mark}` }, { value: mark, quota }));
    await cluster.write(create({ ...quotaKey, resource: 'pods' }, { value: mark, usage }));
    await cluster.write(create({ ...quotaKey, resource: 'pods', name: `refused-${mark}` }, { usage }));
    await cluster.write(remove({ ...quotaKey, resource: 'pods' }, { value: mark, usage }));
    await cluster.write(create(key, { value: mark, node: `node-${mark}`, audit: audited(mark) }));
    await cluster.write(update(key, { value: mark, node: `node-${mark}` }));
    await cluster.write(create(secret(mark), { value: mark }));
    await cluster.write(create(configMap(`gone-${mark}`), { value: mark }));
    await cluster.write(remove(configMap(`gone-${mark}`), { value: mark }));
  },
  'cluster.writeTogether': ({ cluster, mark }) =>
    cluster.writeTogether([create(configMap(`together-${mark}`), { value: mark })]),
  'cluster.commitTurn': async ({ cluster, mark }) => {
    const room = { cpuMillis: 1, memoryBytes: 1, others: { device: 1 }, hostPorts: [`TCP/80/${mark}`] };
    const claim = { node: `node-${mark}`, podUid: `pod-${mark}`, ...room };
    const timer = { key: `timer-${mark}`, dueAt: farPast };
    const outbox = [{ topic: mark, payload: { mark } }];
    await cluster.commitTurn(
      turn([create(configMap(`turn-${mark}`), { value: mark })], {
        setTimers: [timer],
        outbox,
        claims: [claim],
      }),
    );
    const ended = { ...claim, podUid: `ended-${mark}`, hostPorts: [`TCP/81/${mark}`] };
    const passing = { key: `passing-${mark}`, dueAt: farPast };
    await cluster.commitTurn(turn([], { setTimers: [passing], claims: [ended] }));
    await cluster.commitTurn(turn([], { clearTimers: [passing], releases: [`ended-${mark}`] }));
  },
  'cluster.terminating': ({ cluster }) => cluster.terminating('configmaps'),
  'cluster.head': ({ cluster }) => cluster.head(),
  'cluster.rulesRevision': ({ cluster }) => cluster.rulesRevision(),
  'cluster.get': ({ cluster, key }) => cluster.get(key),
  'cluster.heldValues': ({ cluster }) => cluster.heldValues(),
  'cluster.list': async ({ cluster }) => {
    const first = await cluster.list({ resource: 'configmaps', limit: 1 });
    const after = first.items[0] ?? { namespace: '', name: '' };
    await cluster.list({ resource: 'configmaps', namespace: 'default', after, limit: 5 });
    return cluster.list({ resource: 'configmaps', revision: 2, limit: 5 });
  },
  'cluster.readResources': ({ cluster }) => cluster.readResources(['configmaps']),
  'cluster.resourcesChanged': async ({ cluster }) => {
    await cluster.resourcesChanged(['configmaps'], 0);
    return cluster.resourcesChanged(['configmaps'], await cluster.head());
  },
  'cluster.changes': async ({ cluster }) => {
    await cluster.changes(0, 100);
    // Nothing new: the cluster's own row is asked.
    return cluster.changes(await cluster.head(), 1);
  },
  'cluster.nextTimer': ({ cluster }) => cluster.nextTimer(),
  'cluster.cursor': ({ cluster }) => cluster.cursor(),
  'cluster.turnStart': ({ cluster }) => cluster.turnStart(farFuture, 100),
  'cluster.replica': ({ cluster }) => cluster.replica(),
  'cluster.warmReplica': ({ cluster }) => cluster.warmReplica(),
  'cluster.follow': async ({ cluster }) => {
    const ending = new AbortController();
    for await (const _changes of cluster.follow(0, ending.signal)) ending.abort();
  },
  assignedTo: ({ store, mark }) => store.assignedTo(`node-${mark}`),
  assignedVersions: ({ store, clusterId, mark }) =>
    store.assignedVersions({ clusterId, resource: 'configmaps', nodes: [`node-${mark}`] }),
  assignedSince: ({ store, clusterId, mark }) =>
    store.assignedSince(`node-${mark}`, { clusterId, resource: 'configmaps', revision: 0 }),
  readBodies: ({ store, clusterId, key }) => store.readBodies([{ clusterId, ...key }]),
  readRevisions: ({ store, clusterId, key }) => store.readRevisions([{ clusterId, ...key }]),
  clustersWithWork: ({ store }) => store.clustersWithWork(farPast, 9),
  takeDueClusters: ({ store }) => store.takeDueClusters(farPast, { limit: 9, redispatchAfterMs: 60_000 }),
  wakeAssigned: ({ store, mark }) =>
    store.wakeAssigned([{ node: `node-${mark}`, timerKey: `timer-${mark}` }], farPast),
  wakeTimers: ({ store, mark }) =>
    store.wakeTimers({ keyPrefix: `timer-${mark}|`, wakePrefix: `timer-${mark}!1|` }, farPast),
  assignedNodes: ({ store }) => store.assignedNodes(),
  hastenTimers: ({ store, mark }) => store.hastenTimers(`timer-${mark}`, farPast),
  'heartbeats.put': async ({ store, clusterId, key, mark }) => {
    const beat = { ...key, uid: mark, body: bodyOf(key, mark) };
    await store.heartbeats.put(clusterId, { ...beat, expectedRevision: 0 });
    await store.heartbeats.put(clusterId, { ...beat, expectedRevision: 1 });
    await store.heartbeats.put(clusterId, beat);
  },
  'heartbeats.get': ({ store, clusterId, key }) => store.heartbeats.get(clusterId, key),
  'heartbeats.list': ({ store, clusterId, key }) => store.heartbeats.list(clusterId, key),
  'heartbeats.remove': async ({ store, clusterId, key, mark }) => {
    const other = { ...key, name: `stopped-${mark}` };
    await store.heartbeats.put(clusterId, { ...other, uid: mark, body: bodyOf(other, mark) });
    return store.heartbeats.remove(clusterId, other);
  },
  'outbox.take': ({ store }) => store.outbox.take(farPast, { limit: 9, redeliverAfterMs: 60_000 }),
  'outbox.done': ({ store }) => store.outbox.done(['0']),
  'signingKeys.insert': ({ store, clusterId, mark }) => store.signingKeys.insert(clusterId, signingKey(mark)),
  'signingKeys.list': ({ store, clusterId }) => store.signingKeys.list(clusterId),
  'signingKeys.listPublic': ({ store, clusterId }) => store.signingKeys.listPublic(clusterId),
  'signingKeys.extendUse': ({ store, clusterId, mark }) =>
    store.signingKeys.extendUse(clusterId, `key-${mark}`, farFuture),
  'signingKeys.clustersToRotate': ({ store }) =>
    store.signingKeys.clustersToRotate({ signsBefore: farPast, endedBefore: farPast, limit: 9 }),
  'signingKeys.remove': async ({ store, clusterId, mark }) => {
    await store.signingKeys.insert(clusterId, signingKey(`former-${mark}`));
    return store.signingKeys.remove(clusterId, `key-former-${mark}`);
  },
  'storedKeys.clustersSealedOtherwise': ({ store }) => store.storedKeys.clustersSealedOtherwise('v2.', 9),
  'storedKeys.list': ({ store, clusterId }) => store.storedKeys.list(clusterId),
  'storedKeys.replace': async ({ store, clusterId }) => {
    for (const key of await store.storedKeys.list(clusterId)) {
      await store.storedKeys.replace(clusterId, key, `${key.sealed}x`);
      await store.storedKeys.replace(clusterId, { ...key, sealed: `${key.sealed}x` }, key.sealed);
    }
  },
  'storedKeys.renewDataKey': ({ store, clusterId, mark }) => store.storedKeys.renewDataKey(clusterId, mark),
  'storedKeys.resealObjects': ({ store, clusterId }) => store.storedKeys.resealObjects(clusterId),
  'storedKeys.dropUnusedDataKeys': ({ store, clusterId }) => store.storedKeys.dropUnusedDataKeys(clusterId),
  'audit.append': ({ store, clusterId, mark }) =>
    store.audit.append([{ ...record(mark), clusterId, at: new Date() }]),
  'audit.list': async ({ store, clusterId, mark }) => {
    const where = [{ field: 'username', isEqual: true, value: mark }] as const;
    await store.audit.list(clusterId, { limit: 9 });
    return store.audit.list(clusterId, { limit: 9, where, since: farPast, until: farFuture });
  },
  'audit.get': ({ store, clusterId }) => store.audit.get(clusterId, { at: farPast, seq: 1 }),
  'audit.dropExpired': ({ store }) => store.audit.dropExpired(farPast, 0),
  'nodeCapacity.usage': ({ store }) => store.nodeCapacity.usage(),
  'nodeCapacity.remove': async ({ store, mark }) => {
    await store.nodeCapacity.set(`former-${mark}`, { cpuMillis: 9, memoryBytes: 9, pods: 9 });
    return store.nodeCapacity.remove(`former-${mark}`);
  },
  usageDrift: ({ store, clusterId }) => store.usageDrift(clusterId),
  recount: ({ store, clusterId }) => store.recount(clusterId),
  'metering.addRequests': ({ store, clusterId }) =>
    store.metering.addRequests([{ clusterId, namespace: 'default', count: 1 }], farPast),
  'metering.rollUp': ({ store }) => store.metering.rollUp(),
  'metering.usageOf': ({ store, clusterId }) => store.metering.usageOf({ clusterId }, farPast, farFuture),
  'metering.recompute': ({ store }) => store.metering.recompute(farPast),
  'metering.drop': ({ store }) => store.metering.drop({ piecesBefore: farPast, hoursBefore: farPast }),
  setSuspended: async ({ store, clusterId }) => {
    await store.setSuspended(clusterId, true);
    await store.setSuspended(clusterId, false);
  },
  dropExpiredPartitions: ({ store }) => store.dropExpiredPartitions(farPast),
  recordSuspended: async ({ store, clusterId, mark }) => {
    const record = { resource: 'clusters.platform.berth.dev', namespace: 't', name: `${mark}-recorded` };
    await store.cluster('system').write(create(record));
    await store.recordSuspended({ clusterId, suspended: true }, update(record));
    return store.recordSuspended({ clusterId, suspended: false }, update(record));
  },
  'removals.begin': async ({ store, clusterId }) => {
    const seed = [create(configMap('a'))];
    await store.createCluster({ clusterId: `${clusterId}-former`, tenantId: 't', seed });
    return store.removals.begin(`${clusterId}-former`);
  },
  'removals.pending': ({ store }) => store.removals.pending(),
  'removals.removeRows': async ({ store, clusterId }) => {
    while ((await store.removals.removeRows(`${clusterId}-former`, 1)) > 0);
  },
  'removals.end': ({ store, clusterId }) => store.removals.end(`${clusterId}-former`),
};

/** Names of the steps that a store should have: one for each of its methods. */
export function methodsOf(store: Store): string[] {
  const cluster = store.cluster('any');
  const parts = Object.entries({ ...store, cluster }).flatMap(([name, part]) =>
    typeof part === 'object'
      ? Object.entries(part).map(([method, value]) => [`${name}.${method}`, value])
      : [[name, part]],
  );
  return parts
    .filter(([name, value]) => typeof value === 'function' && name !== 'close')
    .map(([name]) => String(name));
}

/** Calls every method of the store for one cluster. */
export async function exerciseStore(exercise: Exercise): Promise<void> {
  const cluster = exercise.store.cluster(exercise.clusterId);
  const key = configMap(exercise.mark);
  for (const step of Object.values(steps)) await step({ ...exercise, cluster, key });
}
