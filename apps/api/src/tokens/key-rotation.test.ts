import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';

let api: TestApi;
/** Another process on the same database. */
let other: TestApi;
const platform = '/apis/platform.berth.dev/v1';
const clusters = `${platform}/namespaces/acme/clusters`;
beforeAll(async () => {
  api = await startTestApi();
  other = await api.another();
  await create(`${platform}/tenants`, { metadata: { name: 'acme' } });
});
afterAll(async () => {
  await other.close();
  await api.close();
});

async function create(path: string, body: object) {
  const { status, json } = await api.send('POST', path, { as: 'system', body });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

async function newCluster(name: string): Promise<string> {
  await create(clusters, { metadata: { name } });
  return `${clusters}/${name}/signingkeys`;
}

interface Key {
  readonly kid: string;
  readonly alg: string;
}

async function publishedBy(server: TestApi, clusterId: string): Promise<Key[]> {
  return (await server.send('GET', `/clusters/${clusterId}/openid/v1/jwks`, { as: null })).json.keys;
}

const headerOf = (token: string): Key =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
const codesOf = (token: string) =>
  Promise.all([api, other].map(async (server) => (await server.send('GET', '/apis', { token })).status));

test('a new cluster has its keys from the first moment, and its first token is of one of them', async () => {
  await newCluster('fresh');
  const published = await publishedBy(other, 'fresh');
  expect(published.map(({ alg }) => alg).sort()).toEqual(['ES256', 'EdDSA']);
  const { kid, alg } = headerOf(await api.token('fresh'));
  expect(alg).toBe('EdDSA');
  expect(published.map((key) => key.kid)).toContain(kid);
  expect(await publishedBy(api, 'fresh')).toEqual(published);
});

test('keys are rotated on demand: published at once, while the former ones still sign', async () => {
  const path = await newCluster('rotated');
  const token = await api.token('rotated');
  expect(await codesOf(token)).toEqual([200, 200]);
  const { status } = await create(path, {});
  const phases = (keys: Array<{ phase: string }>) => keys.map(({ phase }) => phase).sort();
  expect(phases(status.keys)).toEqual(['Published', 'Published', 'Signing', 'Signing']);
  await create(path, {});
  const shown = (await other.send('GET', path, { as: 'system' })).json;
  expect(shown).toMatchObject({ kind: 'SigningKeys', metadata: { name: 'rotated', namespace: 'acme' } });
  expect(phases(shown.status.keys)).toEqual(['Published', 'Published', 'Signing', 'Signing']);
  expect(JSON.stringify(shown)).not.toMatch(/"d"|sealed/i);
  await eventually('both publish the new keys', async () =>
    (await Promise.all([api, other].map((server) => publishedBy(server, 'rotated')))).every(
      (keys) => keys.length === 4,
    ),
  );
  expect(headerOf(await other.token('rotated')).kid).toBe(headerOf(token).kid);
  expect(await codesOf(token)).toEqual([200, 200]);
});

test('replaced keys prove nothing a second later, in every process', async () => {
  const path = await newCluster('exposed');
  const token = await api.token('exposed');
  expect(await codesOf(token)).toEqual([200, 200]);
  await create(path, { spec: { replace: true } });
  await eventually(
    'both refuse the token',
    async () => (await codesOf(token)).every((code) => code === 401),
    1_000,
  );
  expect(await codesOf(await other.token('exposed'))).toEqual([200, 200]);
});

test('a dry run rotates nothing, and there is nothing to rotate of a cluster that does not exist', async () => {
  const path = await newCluster('dry');
  const { status } = await create(`${path}?dryRun=All`, { spec: { replace: true } });
  expect(status.keys).toHaveLength(2);
  expect((await publishedBy(api, 'dry')).map(({ kid }) => kid).sort()).toEqual(
    status.keys.map(({ id }: { id: string }) => id).sort(),
  );
  for (const method of ['GET', 'POST']) {
    const body = method === 'POST' ? { body: {} } : {};
    const answer = await api.send(method, `${clusters}/none/signingkeys`, { as: 'system', ...body });
    expect(answer.json).toMatchObject({ code: 404, reason: 'NotFound' });
  }
});

test('the keys of the fleet’s own cluster are rotated as those of others', async () => {
  const path = `${platform}/namespaces/default/clusters/system/signingkeys`;
  const { status } = await create(path, {});
  expect(status.keys).toHaveLength(4);
  expect((await api.send('GET', path, { as: 'system' })).json.metadata).toEqual({
    name: 'system',
    namespace: 'default',
  });
  const elsewhere = path.replace('/default/', '/acme/');
  expect((await api.send('GET', elsewhere, { as: 'system' })).status).toBe(404);
});

test("a cluster's own administrator does not reach its keys", async () => {
  const path = await newCluster('guarded');
  const { json } = await api.send('POST', path, { as: 'guarded', body: { spec: { replace: true } } });
  expect(json).toMatchObject({ code: expect.toBeOneOf([403, 404]) });
  expect(await publishedBy(api, 'guarded')).toHaveLength(2);
});

test('the documents of OIDC discovery name both algorithms, and may be kept for five minutes', async () => {
  await newCluster('found');
  const issuer = 'https://berth.test:6443/clusters/found';
  const discovery = await api.send('GET', '/clusters/found/.well-known/openid-configuration', { as: null });
  expect(discovery.json).toEqual({
    issuer,
    jwks_uri: `${issuer}/openid/v1/jwks`,
    token_endpoint: `${issuer}/oauth/token`,
    token_endpoint_auth_methods_supported: ['none'],
    grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['EdDSA', 'ES256'],
  });
  const jwks = await api.send('GET', '/clusters/found/openid/v1/jwks', { as: null });
  for (const answer of [discovery, jwks]) {
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
  }
  expect(JSON.stringify(jwks.json)).not.toContain('"d"');
  const missing = await api.send('GET', '/clusters/none/openid/v1/jwks', { as: null });
  expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'no-cache, private']);
});
