import { describe, expect, test } from 'vitest';
import { bodyOf, configMap, create, openTestStore, remove, update } from '../../../test/support/store.ts';

const { store, hints, openAnother, newCluster } = await openTestStore();
const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));

describe('a cluster', () => {
  test('is created with its first objects and the record of it, or not at all', async () => {
    await store.createCluster({ clusterId: 'system', tenantId: 'fleet', seed: [] });
    const recordedBy = create({ resource: 'clusters.platform.berth.dev', namespace: '', name: 'new' });
    hints.requestedTurns.length = 0;
    const cluster = {
      clusterId: 'new',
      tenantId: 't',
      seed: [create(configMap('a')), create(configMap('b'))],
      recordedBy,
    };
    expect(await store.createCluster(cluster)).toEqual({ status: 'applied', revision: 1 });
    expect(await store.cluster('new').head()).toBe(2);
    expect(await store.cluster('system').head()).toBe(1);
    expect(hints.requestedTurns.sort()).toEqual(['new', 'system']);
    expect(await store.createCluster(cluster)).toEqual({ status: 'exists' });

    const other = { ...cluster, clusterId: 'other' };
    expect(await store.createCluster(other)).toEqual({ status: 'exists' });
    const seed = [create(configMap('a')), create(configMap('a'))];
    await expect(store.createCluster({ clusterId: 'other', tenantId: 't', seed })).rejects.toMatchObject({
      code: 'STORE_CLUSTER_SEED',
      message: expect.stringContaining('met exists') as string,
    });
    expect(await store.clusterExists('other')).toBe(false);
    expect(await store.listClusterIds()).toEqual(['new', 'system']);
    expect(await store.clusterOwner('new')).toEqual({ tenantId: 't', suspended: false });
    expect(await store.clusterOwner('other')).toBeUndefined();
  });

  test('is created once, however many try', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () =>
        store.createCluster({ clusterId: 'once', tenantId: 't', seed: [create(configMap('a'))] }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'applied')).toHaveLength(1);
    expect(await store.cluster('once').head()).toBe(1);
  });

  test('that is suspended refuses every write and turn, is read as before, and goes on when it is resumed', async () => {
    const clusterId = 'suspended';
    await store.createCluster({ clusterId, tenantId: 't', seed: [create(configMap('a'))] });
    const cluster = store.cluster(clusterId);
    const timer = { key: 'wait', dueAt: at(1) };
    const turn = (cursor: number) => ({
      expectedCursor: cursor,
      cursor,
      coversOwnWrites: true,
      writes: [],
      setTimers: [timer],
      clearTimers: [],
      outbox: [],
      claims: [],
      releases: [],
    });
    expect(await cluster.commitTurn(turn(0))).toMatchObject({ status: 'committed' });
    await store.setSuspended(clusterId, true);

    const writes = [create(configMap('b')), update(configMap('a')), remove(configMap('a'))];
    const outcomes = await Promise.all(writes.map((write) => openAnother().cluster(clusterId).write(write)));
    expect(outcomes).toEqual(writes.map(() => ({ status: 'suspended' })));
    expect(await cluster.commitTurn(turn(0))).toEqual({ status: 'suspended' });
    expect(await cluster.head()).toBe(1);
    expect((await cluster.get(configMap('a')))?.revision).toBe(1);
    expect(await store.clustersWithWork(at(2), 10)).not.toContain(clusterId);
    expect(await store.takeDueClusters(at(2), { limit: 10, redispatchAfterMs: 1 })).not.toContain(clusterId);
    expect(await store.hastenTimers(timer.key, at(0))).not.toContain(clusterId);

    hints.requestedTurns.length = 0;
    await store.setSuspended(clusterId, false);
    expect(hints.requestedTurns).toEqual([clusterId]);
    expect(await store.clustersWithWork(at(2), 10)).toContain(clusterId);
    expect(await store.takeDueClusters(at(2), { limit: 10, redispatchAfterMs: 1 })).toContain(clusterId);
    expect(await cluster.write(create(configMap('b')))).toEqual({ status: 'applied', revision: 2 });
    await expect(store.setSuspended('nowhere', true)).rejects.toMatchObject({
      code: 'STORE_CLUSTER_MISSING',
    });
    await store.setSuspended(clusterId, true);
  });
});

describe('the dispatcher', () => {
  const nothing = {
    expectedCursor: 0,
    cursor: 0,
    coversOwnWrites: true,
    writes: [],
    clearTimers: [],
    outbox: [],
    claims: [],
    releases: [],
  };

  test('wakes each cluster with a due timer once, and again when nothing came of it', async () => {
    const [a, b, c] = await Promise.all([newCluster(), newCluster(), newCluster()]);
    const timer = (key: string, second: number) => ({ key, dueAt: at(second) });
    await a.commitTurn({ ...nothing, setTimers: [timer('x', 1), timer('y', 2)] });
    await b.commitTurn({ ...nothing, setTimers: [timer('x', 3)] });
    await c.commitTurn({ ...nothing, setTimers: [timer('x', 30)] });
    const take = (second: number, limit = 100) =>
      store.takeDueClusters(at(second), { limit, redispatchAfterMs: 10_000 });
    const due = [a.clusterId, b.clusterId].sort();
    expect(await store.clustersWithWork(at(5), 100)).toEqual(expect.arrayContaining(due));
    expect(await take(0)).toEqual([]);
    const shared = (await Promise.all([take(5, 1), take(5, 1), take(5, 1)])).flat();
    expect([...new Set(shared)].sort()).toEqual(due);
    expect(shared).toHaveLength(3);
    expect(await take(6)).toEqual([]);
    expect(await take(15)).toEqual(due);
    // A timer that is set anew is woken anew.
    await b.commitTurn({ ...nothing, setTimers: [timer('x', 16)] });
    expect(await take(16)).toEqual([b.clusterId]);
  });
});

describe('the outbox', () => {
  test('gives each message to one taker, and again when it was not done in time', async () => {
    const cluster = await newCluster();
    const outbox = Array.from({ length: 4 }, (_, n) => ({ topic: 't', payload: { n } }));
    await cluster.commitTurn({
      expectedCursor: 0,
      cursor: 0,
      coversOwnWrites: true,
      writes: [],
      setTimers: [],
      clearTimers: [],
      outbox,
      claims: [],
      releases: [],
    });
    const take = (second: number, limit: number) =>
      store.outbox.take(at(second), { limit, redeliverAfterMs: 10_000 });
    const [first, second] = await Promise.all([take(0, 2), take(0, 2)]);
    const taken = [...first, ...second].sort((a, b) => Number(a.id) - Number(b.id));
    expect(taken.map(({ payload }) => payload)).toEqual(outbox.map(({ payload }) => payload));
    expect(await take(1, 9)).toEqual([]);
    await store.outbox.done(taken.slice(1).map(({ id }) => id));
    expect(await take(10, 9)).toEqual([{ ...taken[0], attempts: 2 }]);
    await store.outbox.done([taken[0]?.id ?? '']);
    expect(await take(99, 9)).toEqual([]);
  });
});

describe('heartbeats', () => {
  test('are overwritten in place, off the log, each with its own revisions', async () => {
    const cluster = await newCluster();
    const { clusterId } = cluster;
    const lease = { resource: 'leases.coordination.k8s.io', namespace: 'kube-node-lease', name: 'node-1' };
    const put = (value: number, expectedRevision?: number) =>
      store.heartbeats.put(clusterId, {
        ...lease,
        uid: 'u',
        body: bodyOf(lease, value),
        ...(expectedRevision !== undefined && { expectedRevision }),
      });
    expect(await put(0, 5)).toEqual({ status: 'missing' });
    expect(await put(1, 0)).toEqual({ status: 'applied', revision: 1 });
    expect(await put(2, 0)).toEqual({ status: 'exists' });
    expect(await put(3)).toEqual({ status: 'applied', revision: 2 });
    expect(await put(4, 1)).toEqual({
      status: 'conflict',
      precondition: 'revision',
      current: { revision: 2, uid: 'u' },
    });
    expect(await put(5, 2)).toEqual({ status: 'applied', revision: 3 });
    const stored = { ...lease, uid: 'u', revision: 3, body: bodyOf(lease, 5) };
    expect(await store.heartbeats.get(clusterId, lease)).toEqual(stored);
    expect(await store.heartbeats.list(clusterId, { resource: lease.resource })).toEqual([stored]);
    expect(await store.heartbeats.list(clusterId, { resource: lease.resource, namespace: 'other' })).toEqual(
      [],
    );
    expect(await cluster.head()).toBe(0);
    expect(await store.heartbeats.remove(clusterId, lease)).toBe(true);
    expect(await store.heartbeats.remove(clusterId, lease)).toBe(false);
    expect(await store.heartbeats.get(clusterId, lease)).toBeUndefined();
  });
});

test('a node\u2019s agent finds what is assigned to the node, over all clusters, and only the bodies that it asks for', async () => {
  const [a, b] = await Promise.all([newCluster(), newCluster()]);
  const pod = (name: string) => ({ resource: 'pods', namespace: 'default', name });
  await a.write(create(pod('p'), { node: 'agent-1', value: 1 }));
  await a.write(create(pod('q'), { node: 'agent-2' }));
  await a.write(create(pod('unbound')));
  await b.write(create(pod('p'), { node: 'agent-1' }));
  await b.write(create(pod('gone'), { node: 'agent-1' }));
  await b.write(remove(pod('gone')));
  const ref = (clusterId: string, revision: number) => ({
    clusterId,
    ...pod('p'),
    uid: 'uid-of-p',
    revision,
  });
  expect(await store.assignedTo('agent-1')).toEqual(
    [ref(a.clusterId, 1), ref(b.clusterId, 1)].sort((x, y) => (x.clusterId < y.clusterId ? -1 : 1)),
  );
  await a.write(update(pod('p'), { node: 'agent-1', value: 2 }));
  expect(await store.assignedTo('agent-1')).toContainEqual(ref(a.clusterId, 4));
  expect(
    await store.readBodies([ref(a.clusterId, 4), { clusterId: a.clusterId, ...pod('unknown') }]),
  ).toEqual([{ ...ref(a.clusterId, 4), body: bodyOf(pod('p'), 2) }]);
  expect(await store.readBodies([])).toEqual([]);
  expect(
    await store.readRevisions([ref(a.clusterId, 1), { clusterId: a.clusterId, ...pod('unknown') }]),
  ).toEqual([{ clusterId: a.clusterId, ...pod('p'), revision: 4 }]);
  expect(await store.readRevisions([])).toEqual([]);
});

test('what a node is assigned of a cluster has a version that every change and removal moves, and no neighbour does', async () => {
  const [a, b] = await Promise.all([newCluster(), newCluster()]);
  const pod = (name: string) => ({ resource: 'pods', namespace: 'default', name });
  const which = { clusterId: a.clusterId, resource: 'pods', nodes: ['agent-3', 'agent-4', 'agent-5'] };
  const since = (revision: number) =>
    store.assignedSince('agent-3', { clusterId: a.clusterId, resource: 'pods', revision });
  const names = async (revision: number) => {
    const { count, changed } = await since(revision);
    return [count, ...changed.map(({ name }) => name).sort()];
  };
  await a.write(create(pod('p'), { node: 'agent-3' }));
  await a.write(create(pod('q'), { node: 'agent-3' }));
  await a.write(create(pod('r'), { node: 'agent-4' }));
  await b.write(create(pod('p'), { node: 'agent-3' }));
  const first = await store.assignedVersions(which);
  expect(Object.fromEntries(first)).toEqual({
    'agent-3': { count: 2, newest: 2 },
    'agent-4': { count: 1, newest: 3 },
  });
  expect(await names(0)).toEqual([2, 'p', 'q']);
  expect(await names(2)).toEqual([2]);

  await a.write(update(pod('p'), { node: 'agent-3', value: 2 }));
  await b.write(update(pod('p'), { node: 'agent-3', value: 2 }));
  expect((await store.assignedVersions(which)).get('agent-3')).toEqual({ count: 2, newest: 4 });
  expect(await names(2)).toEqual([2, 'p']);
  await a.write(remove(pod('q')));
  expect((await store.assignedVersions(which)).get('agent-3')).toEqual({ count: 1, newest: 4 });
  expect(await names(4)).toEqual([1]);

  await store.setSuspended(a.clusterId, true);
  expect([await store.assignedVersions(which), await names(0)]).toEqual([new Map(), [0]]);
});

test('signing keys are kept per cluster, those that sign first come first, each id once', async () => {
  const [{ clusterId }, neighbour] = await Promise.all([newCluster(), newCluster()]);
  const [a, b] = [signingKey('a', 2), signingKey('b', 1)];
  expect(await store.signingKeys.insert(clusterId, a)).toBe('inserted');
  expect(await store.signingKeys.insert(clusterId, b)).toBe('inserted');
  expect(await store.signingKeys.insert(clusterId, a)).toBe('exists');
  expect(await store.signingKeys.list(clusterId)).toEqual([b, a]);
  expect(await store.signingKeys.listPublic(clusterId)).toEqual(
    expect.arrayContaining([a, b].map(({ keyId, publicJwk }) => ({ keyId, publicJwk }))),
  );
  expect(await store.signingKeys.list(neighbour.clusterId)).toEqual([]);
  expect(await store.signingKeys.listPublic(neighbour.clusterId)).toEqual([]);
  expect(await store.signingKeys.remove(clusterId, 'b')).toBe(true);
  expect(await store.signingKeys.remove(clusterId, 'b')).toBe(false);
  expect(await store.signingKeys.list(clusterId)).toEqual([a]);
});

test('a key is kept for the token that ends last, whichever was asked for last', async () => {
  const { clusterId } = await newCluster();
  await store.signingKeys.insert(clusterId, signingKey('a', 1));
  expect(await store.signingKeys.extendUse(clusterId, 'a', hour(5))).toBe(true);
  expect(await store.signingKeys.extendUse(clusterId, 'a', hour(3))).toBe(true);
  expect(await store.signingKeys.list(clusterId)).toMatchObject([{ usedUntil: hour(5) }]);
  expect(await store.signingKeys.extendUse(clusterId, 'gone', hour(3))).toBe(false);
});

test('clusters are found whose keys are due to be replaced or removed', async () => {
  const found = async (signsBefore: number, endedBefore: number) => {
    const due = { signsBefore: hour(signsBefore), endedBefore: hour(endedBefore), limit: 1_000 };
    return (await store.signingKeys.clustersToRotate(due)).filter((id) => id === clusterId).length;
  };
  const { clusterId } = await newCluster();
  await store.signingKeys.insert(clusterId, signingKey('a', 10));
  expect([await found(9, 0), await found(10, 0)]).toEqual([0, 1]);
  await store.signingKeys.insert(clusterId, signingKey('b', 20));
  await store.signingKeys.extendUse(clusterId, 'a', hour(30));
  expect([await found(19, 29), await found(20, 29), await found(19, 30)]).toEqual([0, 1, 1]);
  await store.signingKeys.insert(clusterId, { ...signingKey('c', 5), algorithm: 'ES256' });
  expect([await found(4, 29), await found(5, 29)]).toEqual([0, 1]);
});

function hour(count: number): Date {
  return new Date(count * 3_600_000);
}

function signingKey(keyId: string, signsFromHour: number) {
  return {
    keyId,
    algorithm: 'EdDSA',
    publicJwk: { kty: 'OKP', x: keyId },
    sealedPrivateJwk: `sealed ${keyId}`,
    signsFrom: hour(signsFromHour),
  };
}

test('a closed store refuses work, and finished what it had', async () => {
  const other = openAnother();
  const { clusterId } = await newCluster();
  const written = other.cluster(clusterId).write(create(configMap('last')));
  await other.close();
  expect(await written).toEqual({ status: 'applied', revision: 1 });
  for (const refused of [
    other.cluster(clusterId).write(create(configMap('late'))),
    other.cluster(clusterId).head(),
    other.ping(),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  }
});
