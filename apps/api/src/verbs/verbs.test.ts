import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
});
afterAll(() => api.close());

const configMaps = '/api/v1/namespaces/ns/configmaps';
const configMap = (name: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

describe('create', () => {
  test('stores an object and answers with it, complete', async () => {
    const created = await api.send('POST', configMaps, { body: configMap('made') });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'made',
        namespace: 'ns',
        uid: expect.any(String),
        resourceVersion: expect.any(String),
      },
      data: { a: '1' },
    });
    const read = await api.send('GET', `${configMaps}/made`);
    expect(read.text).toBe(created.text);
  });
});
