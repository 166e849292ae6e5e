import { nodeSubject } from '@berth/auth';
import type { Write } from '@berth/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { openWatch } from '../../../../test/support/watch-client.ts';

let api: TestApi;
let authorization: string;
beforeAll(async () => {
  api = await startTestApi();
  authorization = `Bearer ${await api.token('system', { subject: nodeSubject('n1') })}`;
});
afterAll(() => api.close());

/** A pod as it is once it is bound, written past the lifecycle: only its node matters here. */
function podWrite(op: Write['op'], name: string, more: Partial<Write> & { labels?: object } = {}): Write {
  const { labels, ...rest } = more;
  return {
    op,
    resource: 'pods',
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    node: 'n1',
    body: JSON.stringify({
      metadata: { name, namespace: 'default', uid: `uid-${name}`, labels },
      spec: { nodeName: 'n1' },
    }),
    ...rest,
  };
}
const write = (clusterId: string, change: Write) => api.store.cluster(clusterId).write(change);
const feed = () => openWatch(`${api.url}/fleet/v1/nodes/n1/pods?watch=1`, { authorization });

interface FeedLine {
  readonly type: string;
  readonly cluster?: string;
  readonly name?: string;
  readonly object?: { readonly metadata: { readonly name: string; readonly labels?: object } };
}
const shown = (lines: readonly unknown[]) =>
  (lines as readonly FeedLine[]).map(({ type, cluster, name }) =>
    [type, cluster, name].filter(Boolean).join(' '),
  );

test('a node hears of its pods in every cluster: first all, then each change', async () => {
  await write('default', podWrite('create', 'a'));
  await write('neighbour', podWrite('create', 'b', { uid: 'uid-b' }));
  await write('default', podWrite('create', 'elsewhere', { node: 'n2' }));

  const list = await api.send('GET', '/fleet/v1/nodes/n1/pods', { as: 'system' });
  const found = list.json.items as Array<{
    cluster: string;
    object: { kind: string; metadata: { name: string } };
  }>;
  expect(
    new Set(found.map(({ cluster, object }) => `${cluster} ${object.kind} ${object.metadata.name}`)),
  ).toEqual(new Set(['default Pod a', 'neighbour Pod b']));

  const lines = await feed();
  expect(new Set(shown(await lines.take(3)))).toEqual(new Set(['SET default a', 'SET neighbour b', 'SYNC']));
  expect(shown(lines.seen).at(-1)).toBe('SYNC');

  await write('default', podWrite('update', 'a', { labels: { changed: 'yes' } }));
  const [changed] = (await lines.take(4)).slice(3) as unknown as FeedLine[];
  expect(changed).toMatchObject({
    type: 'SET',
    cluster: 'default',
    object: { metadata: { labels: { changed: 'yes' } } },
  });

  await write('neighbour', podWrite('delete', 'b', { uid: 'uid-b' }));
  const [gone] = (await lines.take(5)).slice(4);
  expect(gone).toEqual({ type: 'GONE', cluster: 'neighbour', namespace: 'default', name: 'b', uid: 'uid-b' });
  await lines.end();
});

test('a feed that is opened again begins with everything', async () => {
  await write('default', podWrite('create', 'again'));
  const lines = await feed();
  await lines.take(3);
  expect(shown(lines.seen)).toContain('SET default again');
  await lines.end();
});

test('a cluster that is suspended is gone from the feed, and comes back when it is resumed', async () => {
  await write('neighbour', podWrite('create', 'paused', { uid: 'uid-paused' }));
  const lines = await feed();
  const said = (line: string) => eventually(line, () => shown(lines.seen).at(-1) === line);
  await eventually('SYNC', () => shown(lines.seen).includes('SYNC'));
  await api.store.setSuspended('neighbour', true);
  await said('GONE neighbour paused');
  await api.store.setSuspended('neighbour', false);
  await said('SET neighbour paused');
  await lines.end();
});

test('is no tenant’s to read, not even its administrator’s', async () => {
  for (const path of ['/fleet/v1/nodes/n1/pods', '/fleet/v1/nodes/n1/pods?watch=1']) {
    expect((await api.send('GET', path)).json).toMatchObject({ code: 404 });
    expect((await api.send('GET', `/clusters/default${path}`, { as: 'system' })).json).toMatchObject({
      code: 404,
    });
    expect((await api.send('GET', `/clusters/system${path}`)).json).toMatchObject({ code: 403 });
  }
});

test('another node’s feed is closed', async () => {
  const answer = await fetch(`${api.url}/fleet/v1/nodes/n2/pods`, { headers: { authorization } });
  expect(answer.status).toBe(403);
});
