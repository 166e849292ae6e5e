import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
const path = '/api/v1/namespaces/ns/configmaps';
const names = ['a', 'b', 'c', 'd', 'e'];

beforeAll(async () => {
  api = await startTestApi();
  for (const name of ['ns', 'other'])
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  for (const [index, name] of names.entries()) {
    const labels = { parity: index % 2 === 0 ? 'even' : 'odd' };
    await api.send('POST', path, { body: { metadata: { name, labels }, data: { name } } });
  }
  await api.send('POST', '/api/v1/namespaces/other/configmaps', { body: { metadata: { name: 'z' } } });
});
afterAll(() => api.close());

interface Named {
  readonly metadata: { readonly name: string };
}
const namesOf = (list: { items: Named[] }) => list.items.map(({ metadata }) => metadata.name);
const list = async (query = '', headers: Record<string, string> = {}) =>
  (await api.send('GET', `${path}${query}`, { headers })).json;

describe('a list', () => {
  test('is in order of names, at one revision, of complete objects without their type', async () => {
    const found = await list();
    expect(found).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(Object.keys(found.metadata)).toEqual(['resourceVersion']);
    expect(namesOf(found)).toEqual(names);
    const { kind: _kind, apiVersion: _apiVersion, ...first } = (await api.send('GET', `${path}/a`)).json;
    expect(found.items[0]).toEqual(first);
  });

  test('over all namespaces, and of nothing', async () => {
    expect(namesOf((await api.send('GET', '/api/v1/configmaps')).json)).toEqual([...names, 'z']);
    expect((await api.send('GET', '/api/v1/namespaces/empty/configmaps')).json.items).toEqual([]);
  });

  test.for([
    ['labelSelector=parity%3Deven', ['a', 'c', 'e']],
    ['labelSelector=parity+notin+(even)', ['b', 'd']],
    ['labelSelector=!parity', []],
    ['fieldSelector=metadata.name%3Dc', ['c']],
    ['fieldSelector=metadata.name!%3Dc,metadata.namespace%3Dns', ['a', 'b', 'd', 'e']],
    ['labelSelector=parity%3Deven&fieldSelector=metadata.name%3Db', []],
  ] as const)('is narrowed by %s', async ([query, expected]) => {
    expect(namesOf(await list(`?${query}`))).toEqual(expected);
  });
});

describe('pages', () => {
  test('follow each other at the revision of the first, whatever changes meanwhile', async () => {
    const first = await list('?limit=2');
    expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([['a', 'b'], 3]);
    await api.send('POST', path, { body: { metadata: { name: 'bb' } } });
    const second = await list(`?limit=2&continue=${first.metadata.continue}`);
    expect(namesOf(second)).toEqual(['c', 'd']);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const third = await list(`?limit=2&continue=${second.metadata.continue}`);
    expect([namesOf(third), third.metadata.continue]).toEqual([['e'], undefined]);
    await api.send('DELETE', `${path}/bb`);
  });

  test('with a selector are full, and say nothing of what remains', async () => {
    const first = await list('?limit=2&labelSelector=parity%3Deven');
    expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([['a', 'c'], undefined]);
    const second = await list(`?limit=2&labelSelector=parity%3Deven&continue=${first.metadata.continue}`);
    expect([namesOf(second), second.metadata.continue]).toEqual([['e'], undefined]);
  });

  test('of all namespaces go on over their borders', async () => {
    const first = (await api.send('GET', '/api/v1/configmaps?limit=5')).json;
    const second = (await api.send('GET', `/api/v1/configmaps?limit=5&continue=${first.metadata.continue}`))
      .json;
    expect([...namesOf(first), ...namesOf(second)]).toEqual([...names, 'z']);
  });
});

describe('resourceVersion', () => {
  test('Exact shows the past', async () => {
    const before = (await list()).metadata.resourceVersion;
    await api.send('POST', path, { body: { metadata: { name: 'later' } } });
    const past = await list(`?resourceVersion=${before}&resourceVersionMatch=Exact`);
    expect([namesOf(past), past.metadata.resourceVersion]).toEqual([names, before]);
    const limited = await list(`?resourceVersion=${before}&limit=50`);
    expect(limited.metadata.resourceVersion).toBe(before);
    const notOlder = await list(`?resourceVersion=${before}&resourceVersionMatch=NotOlderThan`);
    expect(namesOf(notOlder)).toContain('later');
    await api.send('DELETE', `${path}/later`);
  });

  test.for([
    [
      'resourceVersionMatch=Exact',
      422,
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      422,
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersion=5&resourceVersionMatch=Some',
      422,
      'resourceVersionMatch: Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""',
    ],
    ['sendInitialEvents=true', 422, 'sendInitialEvents is forbidden for list'],
    ['resourceVersion=x', 400, 'invalid resource version'],
    ['resourceVersion=99999999', 504, 'Too large resource version: 99999999'],
    ['limit=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['continue=nonsense!', 400, 'continue key is not valid'],
    ['labelSelector=a%3D%3D%3Db', 400, "found '='"],
    ['fieldSelector=data.x%3D1', 400, 'field label not supported: data.x'],
  ] as const)('%s is a %i', async ([query, code, message]) => {
    expect(await list(`?${query}`)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

describe('representations', () => {
  test('a Table has the columns of the kind and metadata in its rows', async () => {
    const table = await list('', asTable);
    expect(table).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: expect.any(String) },
      rows: names.map((name) => ({
        cells: [name, 1, expect.any(String)],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name } },
      })),
    });
  });

  test.for([
    ['None', null],
    ['Object', expect.objectContaining({ kind: 'ConfigMap', apiVersion: 'v1', data: { name: 'a' } })],
  ] as const)('a Table with includeObject=%s', async ([include, object]) => {
    const table = (await api.send('GET', `${path}/a?includeObject=${include}`, { headers: asTable })).json;
    expect(table.rows).toEqual([{ cells: ['a', 1, expect.any(String)], object }]);
  });

  test('a Table with another includeObject is refused', async () => {
    const { json } = await api.send('GET', `${path}?includeObject=Some`, { headers: asTable });
    expect(json).toMatchObject({
      code: 400,
      message: expect.stringContaining('Unable to convert to Table as requested: '),
    });
  });

  test('PartialObjectMetadataList has metadata alone', async () => {
    const found = await list('', {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(found.kind).toBe('PartialObjectMetadataList');
    expect(Object.keys(found.items[0]).toSorted()).toEqual(['apiVersion', 'kind', 'metadata']);
  });

  test('YAML is the same object', async () => {
    const { text, headers } = await api.send('GET', `${path}/a`, { headers: { accept: 'application/yaml' } });
    expect(headers.get('content-type')).toBe('application/yaml');
    expect(text).toMatch(/^kind: ConfigMap\napiVersion: v1\nmetadata:\n/);
  });

  test('a large answer is compressed for those who take it', async () => {
    const data = { big: 'x'.repeat(200_000) };
    await api.send('POST', '/api/v1/namespaces/other/configmaps', {
      body: { metadata: { name: 'big' }, data },
    });
    const { headers, json } = await api.send('GET', '/api/v1/namespaces/other/configmaps/big', {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect([headers.get('content-encoding'), json.data]).toEqual(['gzip', data]);
    const small = await api.send('GET', `${path}/a`, { headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers.get('content-encoding')).toBeNull();
  });
});

test('a continue token that is too old is a 410 with one that goes on in the newest state', async () => {
  const { metadata } = await list('?limit=2');
  await api.send('POST', path, { body: { metadata: { name: 'f' } } });
  await api.store.dropExpiredPartitions(new Date(Date.now() + 48 * 3_600_000), 0);
  const expired = await list(`?limit=2&continue=${metadata.continue}`);
  expect(expired).toMatchObject({
    code: 410,
    reason: 'Expired',
    message: expect.stringContaining(
      'The provided continue parameter is too old to display a consistent list result',
    ),
  });
  expect(namesOf(await list(`?continue=${expired.metadata.continue}`))).toEqual(['c', 'd', 'e', 'f']);
  const past = await list(`?resourceVersion=2&resourceVersionMatch=Exact`);
  expect(past).toMatchObject({ code: 410, message: 'The resourceVersion for the provided list is too old.' });
});
