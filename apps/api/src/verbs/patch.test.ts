import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
});
afterAll(() => api.close());

const configMaps = '/api/v1/namespaces/ns/configmaps';
const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;
type PatchType = keyof typeof types;

const patch = (path: string, type: PatchType, body: unknown) =>
  api.send('PATCH', path, { body, headers: { 'content-type': types[type] } });
const create = (name: string, data: object = { a: '1' }) =>
  api.send('POST', configMaps, { body: { metadata: { name }, data } });

describe('patches', () => {
  test.for([
    ['json', [{ op: 'add', path: '/data/b', value: '2' }]],
    ['merge', { data: { b: '2' } }],
    ['strategic', { data: { b: '2' } }],
  ] as const)('%s', async ([type, body]) => {
    await create(`by-${type}`);
    const { status, json } = await patch(`${configMaps}/by-${type}`, type, body);
    expect([status, json.data]).toEqual([200, { a: '1', b: '2' }]);
    expect((await api.send('GET', `${configMaps}/by-${type}`)).json).toEqual(json);
  });

  test('of one object at once all hold', async () => {
    await create('shared', {});
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(
      keys.map((key) => patch(`${configMaps}/shared`, 'merge', { data: { [key]: key } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    const { json } = await api.send('GET', `${configMaps}/shared`);
    expect(new Set(Object.keys(json.data))).toEqual(new Set(keys));
  });

  test('with an older resourceVersion are a conflict', async () => {
    const { resourceVersion } = (await create('versioned')).json.metadata;
    await patch(`${configMaps}/versioned`, 'merge', { data: { b: '2' } });
    const late = await patch(`${configMaps}/versioned`, 'merge', {
      metadata: { resourceVersion },
      data: { b: '3' },
    });
    expect(late.json).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('that change nothing write nothing', async () => {
    const { metadata } = (await create('idle')).json;
    const { json } = await patch(`${configMaps}/idle`, 'merge', { data: { a: '1' } });
    expect(json.metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  test('as a dry run store nothing', async () => {
    await create('dry');
    const { json } = await patch(`${configMaps}/dry?dryRun=All`, 'merge', { data: { b: '2' } });
    expect(json.data).toEqual({ a: '1', b: '2' });
    expect((await api.send('GET', `${configMaps}/dry`)).json.data).toEqual({ a: '1' });
  });

  test.for([
    ['json', 'not json', 400, ''],
    ['json', [{ op: 'test', path: '/data/a', value: 'x' }], 422, ''],
    [
      'merge',
      { metadata: { name: 'other' } },
      400,
      'the name of the object (other) does not match the name on the URL (target)',
    ],
    [
      'merge',
      { metadata: { namespace: 'other' } },
      400,
      'the namespace of the provided object does not match',
    ],
    [
      'merge',
      { data: { 'no spaces': '1' } },
      422,
      'ConfigMap "target" is invalid: data[no spaces]: Invalid value',
    ],
  ] as const)('%s %j is refused', async ([type, body, code, message]) => {
    if ((await api.send('GET', `${configMaps}/target`)).status === 404) await create('target');
    const { json } = await patch(`${configMaps}/target`, type, body);
    expect(json).toMatchObject({ kind: 'Status', code, message: expect.stringContaining(message) });
    expect((await api.send('GET', `${configMaps}/target`)).json.data).toEqual({ a: '1' });
  });

  test('of what is not there are a 404', async () => {
    expect((await patch(`${configMaps}/none`, 'merge', {})).json).toMatchObject({ code: 404 });
  });

  test('of another media type are a 415 that names those there are', async () => {
    const { json } = await api.send('PATCH', `${configMaps}/x`, { body: {} });
    expect(json).toMatchObject({
      code: 415,
      message: `the body of the request was in an unknown format - accepted media types include: ${Object.values(types).join(', ')}`,
    });
  });

  test('cannot be forced, unless applied', async () => {
    const { json } = await patch(`${configMaps}/x?force=true`, 'merge', {});
    expect(json).toMatchObject({
      code: 422,
      message:
        'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    });
  });
});

const configuration = (name: string, data: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const apply = (name: string, data: object, query = 'fieldManager=one') =>
  patch(`${configMaps}/${name}?${query}`, 'apply', configuration(name, data));

describe('server-side apply', () => {
  test('creates what is not there, then owns what it applied', async () => {
    const created = await apply('applied', { a: '1', b: '1' });
    expect([created.status, created.json.data]).toEqual([201, { a: '1', b: '1' }]);
    expect(created.json.metadata.managedFields).toMatchObject([{ manager: 'one', operation: 'Apply' }]);
    const changed = await apply('applied', { a: '2' });
    expect([changed.status, changed.json.data]).toEqual([200, { a: '2' }]);
  });

  test('is a conflict over another manager’s field, unless forced', async () => {
    await apply('contested', { a: '1' });
    const refused = await apply('contested', { a: '2' }, 'fieldManager=two');
    expect(refused.json).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: expect.stringContaining('conflict with "one": .data.a'),
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.a' }] },
    });
    const forced = await apply('contested', { a: '2' }, 'fieldManager=two&force=true');
    expect([forced.status, forced.json.data]).toEqual([200, { a: '2' }]);
  });

  test('may be written in YAML', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata:\n  a: "1"\n';
    expect((await patch(`${configMaps}/yaml?fieldManager=one`, 'apply', body)).json.data).toEqual({ a: '1' });
  });

  test('needs a manager', async () => {
    expect((await apply('x', {}, '')).json).toMatchObject({
      code: 422,
      message:
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
  });

  test('with a uid creates nothing', async () => {
    const body = { ...configuration('ghost', {}), metadata: { name: 'ghost', uid: 'u' } };
    const { json } = await patch(`${configMaps}/ghost?fieldManager=one`, 'apply', body);
    expect(json).toMatchObject({
      code: 409,
      message: expect.stringContaining(
        'uid mismatch: the provided object specified uid u, and no existing object was found',
      ),
    });
  });
});

describe('managedFields of ordinary writes', () => {
  const managers = (json: { metadata: { managedFields?: Array<{ manager: string; operation: string }> } }) =>
    (json.metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`);

  test('name the fieldManager, or what stands before the slash of the user agent', async () => {
    const named = await api.send('POST', `${configMaps}?fieldManager=me`, {
      body: { metadata: { name: 'm1' }, data: { a: '1' } },
    });
    expect(managers(named.json)).toEqual(['me Update']);
    const agent = await api.send('PUT', `${configMaps}/m1`, {
      body: { ...named.json, data: { a: '2' } },
      headers: { 'user-agent': 'kubectl/v1.36 (linux)' },
    });
    // Who made the map still owns the map itself; the value is the last writer's.
    expect(managers(agent.json)).toEqual(['kubectl Update', 'me Update']);
    expect(agent.json.metadata.managedFields[0].fieldsV1).toEqual({ 'f:data': { 'f:a': {} } });
    expect(agent.json.metadata.managedFields[1].fieldsV1).toEqual({ 'f:data': {} });
  });
});
