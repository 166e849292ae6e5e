import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { openWatch } from '../../../../test/support/watch-client.ts';

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await startTestApi();
  token = await api.token('default');
});
afterAll(() => api.close());

let count = 0;
/** A namespace of the test's own. */
async function ownNamespace(): Promise<string> {
  count += 1;
  const name = `watch-${count}`;
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  return `/api/v1/namespaces/${name}/configmaps`;
}

const put = (objectPath: string, data: object, labels: object = {}) => {
  const name = objectPath.slice(objectPath.lastIndexOf('/') + 1);
  return api.send('PUT', objectPath, { body: { metadata: { name, labels }, data } });
};
const post = (path: string, name: string, labels: object = {}) =>
  api.send('POST', path, { body: { metadata: { name, labels } } });
const watch = (path: string, query = '', headers: Record<string, string> = {}) =>
  openWatch(`${api.url}${path}?watch=true${query}`, { authorization: `Bearer ${token}`, ...headers });
const shown = ({ type, object }: { type: string; object: { metadata: { name?: string } } }) =>
  `${type} ${object.metadata.name ?? ''}`;

describe('a watch', () => {
  test('shows every change after its resourceVersion, once and in order', async () => {
    const path = await ownNamespace();
    const { resourceVersion } = (await api.send('GET', path)).json.metadata;
    await post(path, 'a');
    const events = await watch(path, `&resourceVersion=${resourceVersion}`);
    await put(`${path}/a`, { k: '1' });
    await api.send('DELETE', `${path}/a`);
    expect((await events.take(3)).map(shown)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    const versions = events.seen.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(events.seen[2]?.object.data).toEqual({ k: '1' });
    await events.end();
  });

  test.for(['', '&resourceVersion=0'])(
    'without a place to begin (%s) it begins with what exists',
    async (query) => {
      const path = await ownNamespace();
      await post(path, 'a');
      const events = await watch(path, query);
      await post(path, 'b');
      expect((await events.take(2)).map(shown)).toEqual(['ADDED a', 'ADDED b']);
      await events.end();
    },
  );

  test('a selector sees objects come and go, not only change', async () => {
    const path = await ownNamespace();
    const { resourceVersion } = (await api.send('GET', path)).json.metadata;
    await post(path, 'x');
    await put(`${path}/x`, { k: '1' }, { on: 'yes' });
    await put(`${path}/x`, { k: '2' }, { on: 'yes' });
    await put(`${path}/x`, { k: '3' });
    await put(`${path}/x`, { k: '4' }, { on: 'yes' });
    await api.send('DELETE', `${path}/x`);
    const events = await watch(path, `&labelSelector=on%3Dyes&resourceVersion=${resourceVersion}`);
    const seen = await events.take(5);
    expect(seen.map(({ type, object }) => [type, object.data])).toEqual([
      ['ADDED', { k: '1' }],
      ['MODIFIED', { k: '2' }],
      ['DELETED', { k: '2' }],
      ['ADDED', { k: '4' }],
      ['DELETED', { k: '4' }],
    ]);
    await events.end();
  });

  test('of one object by field selector shows nothing else', async () => {
    const path = await ownNamespace();
    const events = await watch(path, '&fieldSelector=metadata.name%3Done');
    await post(path, 'other');
    await post(path, 'one');
    expect((await events.take(1)).map(shown)).toEqual(['ADDED one']);
    await events.end();
  });

  test('of one object by its URL is the same', async () => {
    const path = await ownNamespace();
    const events = await watch(`${path}/one`);
    await post(path, 'other');
    await post(path, 'one');
    expect((await events.take(1)).map(shown)).toEqual(['ADDED one']);
    await events.end();
  });

  test('sendInitialEvents closes the state with a marked bookmark', async () => {
    const path = await ownNamespace();
    await post(path, 'a');
    const events = await watch(
      path,
      '&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
    );
    const [added, bookmark] = await events.take(2);
    expect(added && shown(added)).toBe('ADDED a');
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: {
          annotations: { 'k8s.io/initial-events-end': 'true' },
          resourceVersion: expect.any(String),
        },
      },
    });
    await events.end();
  });

  test('of timeoutSeconds=0 goes on', async () => {
    const path = await ownNamespace();
    const events = await watch(path, '&timeoutSeconds=0');
    await post(path, 'later');
    expect((await events.take(1)).map(shown)).toEqual(['ADDED later']);
    await events.end();
  });

  test('ends when its timeoutSeconds are over', async () => {
    const events = await watch(await ownNamespace(), '&timeoutSeconds=1');
    await events.ended;
    expect(events.seen).toEqual([]);
  });

  test('as a Table names its columns once', async () => {
    const path = await ownNamespace();
    await post(path, 'a');
    await post(path, 'b');
    const events = await watch(path, '', {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });
    const [first, second] = await events.take(2);
    expect(first?.object).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 0, expect.any(String)] }] });
    expect(first?.object.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Data',
      'Age',
    ]);
    expect(second?.object.columnDefinitions).toEqual([]);
    expect(second?.object.rows[0].object).toMatchObject({
      kind: 'PartialObjectMetadata',
      metadata: { name: 'b' },
    });
    await events.end();
  });

  test('as PartialObjectMetadata shows metadata alone', async () => {
    const path = await ownNamespace();
    await put(`${path}/a`, { k: '1' });
    await post(path, 'a');
    const events = await watch(path, '', {
      accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json',
    });
    const [first] = await events.take(1);
    expect(Object.keys(first?.object ?? {}).toSorted()).toEqual(['apiVersion', 'kind', 'metadata']);
    await events.end();
  });

  test('a hundred watchers all see a write', async () => {
    const path = await ownNamespace();
    const watchers = await Promise.all(Array.from({ length: 100 }, () => watch(path)));
    await post(path, 'a');
    const firsts = await Promise.all(watchers.map(async (events) => (await events.take(1)).map(shown)));
    expect(new Set(firsts.flat())).toEqual(new Set(['ADDED a']));
    await Promise.all(watchers.map((events) => events.end()));
  });
});

test('a watch from the future is a 504', async () => {
  const { json } = await api.send('GET', `${await ownNamespace()}?watch=1&resourceVersion=99999999`);
  expect(json).toMatchObject({ code: 504, message: expect.stringContaining('Too large resource version') });
});

test.for([
  ['sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
  [
    'resourceVersionMatch=NotOlderThan',
    'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
  ],
] as const)('watch options are checked: %s', async ([query, message]) => {
  const { json } = await api.send('GET', `/api/v1/configmaps?watch=1&${query}`);
  expect(json).toMatchObject({ code: 422, reason: 'Invalid', message: expect.stringContaining(message) });
});

test('a watch from a revision that retention has dropped is an ERROR event with 410', async () => {
  const path = await ownNamespace();
  await post(path, 'a');
  await api.store.dropExpiredPartitions(new Date(Date.now() + 48 * 3_600_000), 0);
  const events = await watch(path, '&resourceVersion=1');
  expect(await events.take(1)).toMatchObject([
    {
      type: 'ERROR',
      object: {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: 'The resourceVersion for the provided watch is too old.',
      },
    },
  ]);
  await events.ended;
});
