import { expect, test } from 'vitest';
import { configMap, create, openTestStore, remove } from '../../../test/support/store.ts';

const { newCluster, openAnother } = await openTestStore();
const role = (name: string) => ({ resource: 'roles.rbac.authorization.k8s.io', namespace: 'default', name });

test('moves with each write of an object of RBAC, whichever way it came, and with no other', async () => {
  const cluster = await newCluster([create(configMap('a'))]);
  const elsewhere = openAnother().cluster(cluster.clusterId);
  const revisions = async () => [await elsewhere.rulesRevision(), await elsewhere.head()];
  expect(await revisions()).toEqual([0, 1]);
  await cluster.write(create(role('written')));
  expect(await revisions()).toEqual([2, 2]);
  await cluster.write(create(configMap('b')));
  expect(await revisions()).toEqual([2, 3]);
  await cluster.writeTogether([create(configMap('c')), create(role('together')), create(configMap('d'))]);
  expect(await revisions()).toEqual([5, 6]);
  const turn = {
    expectedCursor: 0,
    cursor: 6,
    baseRevision: 6,
    coversOwnWrites: true,
    writes: [remove(role('written')), create(configMap('e'))],
    setTimers: [],
    clearTimers: [],
    outbox: [],
    claims: [],
    releases: [],
  };
  expect(await cluster.commitTurn(turn)).toMatchObject({ status: 'committed' });
  expect(await revisions()).toEqual([7, 8]);
});
