import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestApi, type TestApi } from '../../../test/support/api.ts';
import { createTenantDirectory } from './tenant-directory.ts';

const platform = '/apis/platform.berth.dev/v1';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const send = (path: string, body: object) => api.send('POST', `${platform}${path}`, { as: 'system', body });
  await send('/plans', { metadata: { name: 'small' }, spec: { requestsPerSecond: 5, clusters: 2 } });
  await send('/tenants', {
    metadata: { name: 'acme' },
    spec: {
      plan: 'small',
      owners: [{ kind: 'User', name: 'olga' }],
      members: [{ kind: 'Group', name: 'developers' }],
      viewers: [
        { kind: 'User', name: 'olga' },
        { kind: 'Group', name: 'everybody' },
      ],
    },
  });
  await send('/namespaces/acme/clusters', { metadata: { name: 'one' } });
});
afterAll(() => api.close());

test('tells whose a cluster is, who is who there, and what the plan allows', async () => {
  const facts = await createTenantDirectory(api.store).ofCluster('one');
  expect(facts).toMatchObject({ clusterId: 'one', tenantId: 'acme', suspended: false });
  expect(facts?.plan).toEqual({ requestsPerSecond: 5, clusters: 2 });
  expect([
    facts?.roleOf('olga', ['everybody']),
    facts?.roleOf('max', ['everybody', 'developers']),
    facts?.roleOf('eve', ['everybody']),
    facts?.roleOf('developers', []),
  ]).toEqual(['owner', 'member', 'viewer', undefined]);
});

test('knows no cluster that does not exist, and one as soon as it does', async () => {
  const directory = createTenantDirectory(api.store);
  expect(await directory.ofCluster('two')).toBeUndefined();
  const path = `${platform}/namespaces/acme/clusters`;
  await api.send('POST', path, { as: 'system', body: { metadata: { name: 'two' } } });
  expect(await directory.ofCluster('two')).toMatchObject({ tenantId: 'acme' });
});

test('a cluster of no Tenant has no people and no limits', async () => {
  const facts = await createTenantDirectory(api.store).ofCluster('system');
  expect([facts?.tenantId, facts?.roleOf('olga', []), facts?.plan]).toEqual(['system', undefined, {}]);
});

test('a change of the tenant is known after a second', async () => {
  const directory = createTenantDirectory(api.store);
  await directory.ofCluster('one');
  const headers = { 'content-type': 'application/merge-patch+json' };
  const body = { spec: { owners: [{ kind: 'User', name: 'nora' }] } };
  await api.send('PATCH', `${platform}/tenants/acme`, { as: 'system', body, headers });
  await eventually(
    'nora is an owner',
    async () => (await directory.ofCluster('one'))?.roleOf('nora', []) === 'owner',
    3_000,
  );
});
