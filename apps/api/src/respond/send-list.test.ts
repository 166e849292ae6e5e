import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { defaultFairShare } from '../fair-share/fair-share-settings.ts';

let api: TestApi;
const path = '/api/v1/namespaces/ns/configmaps';
const count = 600;
const name = (index: number) => `c-${String(index).padStart(4, '0')}`;

beforeAll(async () => {
  // So few seats that some which are not given back are missed soon.
  api = await startTestApi({ fairShare: { ...defaultFairShare, inFlight: 12 } });
  const cluster = api.store.cluster('default');
  const data = { text: 'ünïcode: "yes"\n'.repeat(240), no: 'n' };
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      cluster.write({
        op: 'create',
        resource: 'configmaps',
        namespace: 'ns',
        name: name(index),
        uid: `uid-${index}`,
        body: JSON.stringify({
          metadata: {
            name: name(index),
            namespace: 'ns',
            uid: `uid-${index}`,
            labels: { third: `${index % 3}` },
          },
          data,
        }),
      }),
    ),
  );
});
afterAll(() => api.close());

interface Answer {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** As it comes over the wire: `fetch` would unpack it. */
async function raw(query: string, headers: Record<string, string>): Promise<Answer> {
  const authorization = `Bearer ${await api.token('default')}`;
  return new Promise((resolve, reject) => {
    httpRequest(`${api.url}${path}${query}`, { headers: { authorization, ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
      answer.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

const namesIn = (list: { items: Array<{ metadata: { name: string } }> }) =>
  list.items.map(({ metadata }) => metadata.name);

test('a long list is whole, sent in pieces, compressed or not, as JSON and as YAML', async () => {
  const plain = await raw('', {});
  expect(plain.body.length).toBeGreaterThan(2 * 1024 * 1024);
  expect([plain.headers['transfer-encoding'], plain.headers['content-length']]).toEqual([
    'chunked',
    undefined,
  ]);
  const list = JSON.parse(plain.body.toString());
  expect(namesIn(list)).toEqual(Array.from({ length: count }, (_, index) => name(index)));
  const packed = await raw('', { 'accept-encoding': 'gzip' });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.body).toString()).toBe(plain.body.toString());
  const yaml = await raw('', { accept: 'application/yaml' });
  expect(yaml.headers['content-type']).toBe('application/yaml');
  expect(parse(yaml.body.toString())).toEqual(list);
});

test('a long table and a long list of metadata hold a row for each object', async () => {
  const table = await raw('', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  const { rows, columnDefinitions, kind } = JSON.parse(table.body.toString());
  expect([kind, rows.length, columnDefinitions[0].name, rows[599].cells[0]]).toEqual([
    'Table',
    count,
    'Name',
    name(599),
  ]);
  const partial = await raw('', {
    accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  });
  expect(namesIn(JSON.parse(partial.body.toString())).length).toBe(count);
});

test('a selector over many objects finds all of them', async () => {
  const { body } = await raw('?labelSelector=third%3D1', {});
  expect(namesIn(JSON.parse(body.toString())).length).toBe(count / 3);
});

test('a list whose client hangs up frees its seats', async () => {
  const authorization = `Bearer ${await api.token('default')}`;
  for (let at = 0; at < 20; at++) {
    await new Promise<void>((resolve, reject) => {
      const call = httpRequest(`${api.url}${path}`, { headers: { authorization } }, (answer) => {
        answer.once('data', () => call.destroy());
        answer.once('close', resolve);
        answer.on('error', () => {});
      });
      call.on('error', reject).end();
    });
  }
  expect((await api.send('GET', `${path}/${name(0)}`)).status).toBe(200);
});

test('an answer to another request comes while a long list is being made', async () => {
  const get = () => api.send('GET', `${path}/${name(1)}`, { as: 'default' });
  await get();
  const lists = Array.from({ length: 20 }, () => raw('', { accept: 'application/yaml' }));
  const order: string[] = [];
  const all = Promise.all(lists).then(() => order.push('lists'));
  await get().then(() => order.push('get'));
  await all;
  expect(order).toEqual(['get', 'lists']);
});
