import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
});
afterAll(() => api.close());

const configMaps = '/api/v1/namespaces/ns/configmaps';
const post = (body: string | Uint8Array, mediaType: string, path = configMaps) =>
  api.send('POST', path, { body, headers: { 'content-type': mediaType } });

/** One length-delimited protobuf field. */
function field(number: number, content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  if (bytes.length > 127) throw new Error('the test writes short fields only');
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** A ConfigMap as client-go sends one: `k8s\0`, then `runtime.Unknown` with the message in it. */
function configMapProtobuf(name: string): Buffer {
  const typeMeta = Buffer.concat([field(1, 'v1'), field(2, 'ConfigMap')]);
  const metadata = field(1, field(1, name));
  const data = field(2, Buffer.concat([field(1, 'key'), field(2, 'value')]));
  return Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, Buffer.concat([metadata, data]))]);
}

const protobuf = 'application/vnd.kubernetes.protobuf';

describe('a body may be', () => {
  test.for([
    [
      'JSON',
      'application/json; charset=utf-8',
      (name: string) => JSON.stringify({ metadata: { name }, data: { key: 'value' } }),
    ],
    ['JSON by default', '', (name: string) => JSON.stringify({ metadata: { name }, data: { key: 'value' } })],
    ['YAML', 'application/yaml', (name: string) => `metadata:\n  name: ${name}\ndata: {key: value}\n`],
    ['protobuf', protobuf, configMapProtobuf],
  ] as const)('%s', async ([kind, mediaType, bodyOf]) => {
    const name = kind.toLowerCase().replaceAll(' ', '-');
    const { status, json } = await post(bodyOf(name), mediaType);
    expect([status, json.metadata.name, json.data]).toEqual([201, name, { key: 'value' }]);
  });
});

test.for(['text/plain', 'constructor', '__proto__'])('a body of %s is a 415', async (mediaType) => {
  expect((await post('{}', mediaType)).json).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
});

describe('a malformed body is a 400 that says where, and nothing of it is stored', () => {
  test.for([
    [
      'JSON',
      'application/json',
      '{"metadata":{"name":"x"},\n"data":{"a":}}',
      /character|position|offset|line/,
    ],
    ['JSON with a wrong type', 'application/json', '{"metadata":{"name":"x"},"data":{"a":1}}', /data/],
    ['YAML', 'application/yaml', 'metadata:\n  name: x\n data: {}\n', /line \d/],
    ['protobuf', protobuf, configMapProtobuf('x').subarray(0, -3), /./],
    ['no protobuf', protobuf, 'not protobuf', /./],
    ['nothing', 'application/json', '', /./],
  ] as const)('%s', async ([, mediaType, body, where]) => {
    const before = await api.store.cluster('default').head();
    const { json } = await post(body, mediaType);
    expect(json).toMatchObject({
      kind: 'Status',
      code: 400,
      reason: 'BadRequest',
      message: expect.stringMatching(where),
    });
    expect(await api.store.cluster('default').head()).toBe(before);
  });

  test('a manifest whose indentation went wrong', async () => {
    const body = await readFile(new URL('../../../../test/e2e/misindented.yaml', import.meta.url));
    const { json } = await post(body, 'application/yaml', '/apis/batch/v1/namespaces/ns/jobs');
    expect(json).toMatchObject({ code: 400, message: expect.stringMatching(/line \d+/) });
  });
});
