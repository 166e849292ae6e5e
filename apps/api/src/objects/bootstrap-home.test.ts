import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { openWatch } from '../../../../test/support/watch-client.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const group = '/apis/flowcontrol.apiserver.k8s.io/v1';

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
}
const namesOf = ({ items }: { items: readonly Named[] }) => items.map(({ metadata }) => metadata.name);

test('a cluster that nobody asked has no rows of them, and every one of them once somebody asks', async () => {
  const head = () => api.store.cluster('neighbour').head();
  expect(await head()).toBe(0);
  await api.send('GET', '/api/v1/namespaces', { as: 'neighbour' });
  expect(await head()).toBe(0);
  const { json } = await api.send('GET', `${group}/flowschemas`, { as: 'neighbour' });
  expect(namesOf(json)).toEqual([
    'catch-all',
    'endpoint-controller',
    'exempt',
    'global-default',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-system-service-accounts',
    'probes',
    'service-accounts',
    'system-leader-election',
    'system-node-high',
    'system-nodes',
    'workload-leader-election',
  ]);
  const levels = await api.send('GET', `${group}/prioritylevelconfigurations`, { as: 'neighbour' });
  expect([namesOf(levels.json).length, await head()]).toEqual([8, 21]);
});

test('many who ask at once make them once', async () => {
  const answers = await Promise.all(
    ['flowschemas', 'prioritylevelconfigurations', 'flowschemas/exempt', 'flowschemas'].map((path) =>
      api.send('GET', `${group}/${path}`),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await api.store.cluster('default').head()).toBe(21);
});

test('each cluster’s have uids of their own', async () => {
  const uidIn = async (as: string) =>
    (await api.send('GET', `${group}/flowschemas/exempt`, { as })).json.metadata.uid;
  const [mine, neighbours] = [await uidIn('default'), await uidIn('neighbour')];
  expect(mine).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(neighbours).not.toBe(mine);
});

test('a watch begins with them, and a table is in order of precedence', async () => {
  const authorization = `Bearer ${await api.token('default')}`;
  const watch = await openWatch(`${api.url}${group}/prioritylevelconfigurations?watch=1`, { authorization });
  const events = (await watch.take(8)) as unknown as ReadonlyArray<{ type: string }>;
  expect(events.map(({ type }) => type)).toEqual(events.map(() => 'ADDED'));
  await watch.end();
  const { json } = await api.send('GET', `${group}/flowschemas`, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  const rows: ReadonlyArray<{ cells: readonly unknown[] }> = json.rows;
  expect(rows.map(({ cells }) => cells[0]).slice(0, 4)).toEqual([
    'exempt',
    'probes',
    'system-leader-election',
    'endpoint-controller',
  ]);
});
