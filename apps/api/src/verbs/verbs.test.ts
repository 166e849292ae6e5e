import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi, type TestRequest } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
});
afterAll(() => api.close());

const configMaps = '/api/v1/namespaces/ns/configmaps';
const leases = '/apis/coordination.k8s.io/v1/namespaces/ns/leases';
const configMap = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { a: '1' },
  ...more,
});
const create = (name: string, more: object = {}) =>
  api.send('POST', configMaps, { body: configMap(name, more) });

/** What every failure looks like, but for the details. */
const failure = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

describe('create', () => {
  test('stores an object and answers with it, complete', async () => {
    const created = await create('made');
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

  test('draws a name for generateName', async () => {
    const { json } = await create('', { metadata: { generateName: 'drawn-' } });
    expect(json.metadata.name).toMatch(/^drawn-[a-z0-9]{5}$/);
  });

  test('a dry run answers as the real one, but stores nothing', async () => {
    const dry = await api.send('POST', `${configMaps}?dryRun=All`, { body: configMap('dry') });
    expect([dry.status, dry.json.metadata.name, dry.json.metadata.resourceVersion]).toEqual([
      201,
      'dry',
      undefined,
    ]);
    expect((await api.send('GET', `${configMaps}/dry`)).status).toBe(404);
  });
});

const refusedCreates: ReadonlyArray<{ what: string; path?: string; request: TestRequest; status: object }> = [
  {
    what: 'a name that is taken',
    request: { body: configMap('taken') },
    status: {
      ...failure(409, 'AlreadyExists', 'configmaps "taken" already exists'),
      details: { name: 'taken', kind: 'configmaps' },
    },
  },
  {
    what: 'a namespace that is not there',
    path: '/api/v1/namespaces/nowhere/configmaps',
    request: { body: configMap('x') },
    status: {
      ...failure(404, 'NotFound', 'namespaces "nowhere" not found'),
      details: { name: 'nowhere', kind: 'namespaces' },
    },
  },
  {
    what: 'another namespace than the URL',
    request: { body: configMap('x', { metadata: { name: 'x', namespace: 'other' } }) },
    status: failure(
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    ),
  },
  {
    what: 'a resourceVersion',
    request: { body: configMap('x', { metadata: { name: 'x', resourceVersion: '7' } }) },
    status: failure(400, 'BadRequest', 'resourceVersion should not be set on objects to be created'),
  },
  {
    what: 'an invalid name',
    request: { body: configMap('No!') },
    status: {
      code: 422,
      reason: 'Invalid',
      message: expect.stringContaining('ConfigMap "No!" is invalid: metadata.name: Invalid value: "No!"'),
      details: {
        name: 'No!',
        kind: 'ConfigMap',
        causes: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }],
      },
    },
  },
  {
    what: 'no name',
    request: { body: configMap('', { metadata: {} }) },
    status: {
      code: 422,
      message: expect.stringContaining('metadata.name: Required value: name or generateName is required'),
    },
  },
  {
    what: 'another kind',
    request: { body: configMap('x', { kind: 'Secret' }) },
    status: { code: 400, reason: 'BadRequest', message: expect.stringContaining('Secret') },
  },
  {
    what: 'another version',
    request: { body: configMap('x', { apiVersion: 'v2' }) },
    status: { code: 400, reason: 'BadRequest', message: expect.stringContaining('v2') },
  },
  {
    what: 'malformed JSON',
    request: { body: '{"metadata":' },
    status: { code: 400, reason: 'BadRequest' },
  },
  {
    what: 'a body of an unknown media type',
    request: { body: 'x', headers: { 'content-type': 'text/plain' } },
    status: failure(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ),
  },
  {
    what: 'more than 3 MiB',
    request: { body: configMap('x', { data: { a: 'x'.repeat(3 * 1024 * 1024) } }) },
    status: failure(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'),
  },
  {
    what: 'an unknown field under strict validation',
    path: `${configMaps}?fieldValidation=Strict`,
    request: { body: configMap('x', { surprise: true }) },
    status: { code: 400, reason: 'BadRequest', message: expect.stringContaining('unknown field "surprise"') },
  },
  {
    what: 'an Accept header that nothing answers',
    request: { body: configMap('x'), headers: { accept: 'application/vnd.kubernetes.protobuf' } },
    status: failure(
      406,
      'NotAcceptable',
      'only the following media types are accepted: application/json, application/yaml',
    ),
  },
  {
    what: 'an unknown dryRun',
    path: `${configMaps}?dryRun=some`,
    request: { body: configMap('x') },
    status: {
      code: 422,
      reason: 'Invalid',
      message: expect.stringMatching(
        /^CreateOptions\.meta\.k8s\.io "" is invalid: dryRun: Unsupported value: /,
      ),
    },
  },
];

describe('a create is refused in Kubernetes’ words, and nothing of it is stored', () => {
  beforeAll(() => create('taken'));

  test.for(refusedCreates)('$what', async ({ path = configMaps, request, status }) => {
    const before = await api.store.cluster('default').head();
    const answer = await api.send('POST', path, request);
    expect(answer.json).toMatchObject(status);
    expect(answer.status).toBe(answer.json.code);
    expect(await api.store.cluster('default').head()).toBe(before);
  });

  test('a chunked body over 3 MiB is refused as well', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
      },
    });
    const request: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { authorization: `Bearer ${await api.token('default')}`, 'content-type': 'application/json' },
      body: chunks,
      duplex: 'half',
    };
    expect((await fetch(`${api.url}${configMaps}`, request)).status).toBe(413);
  });
});

describe('get', () => {
  test('a missing object is a 404 that names it', async () => {
    const { json } = await api.send('GET', `${configMaps}/missing`);
    expect(json).toEqual({
      ...failure(404, 'NotFound', 'configmaps "missing" not found'),
      details: { name: 'missing', kind: 'configmaps' },
    });
  });

  test.for([
    ['/api/v1/nothings', 404],
    ['/apis/nowhere.example/v1/things', 404],
    ['/api/v1/namespaces/ns/namespaces/x', 404],
    ['/api/v1/configmaps/x', 404],
    ['/apis/batch/v7/jobs', 404],
    [`${configMaps}/x/status`, 404],
    ['/nowhere', 404],
  ] as const)('%s leads nowhere', async ([path, code]) => {
    const { json } = await api.send('GET', path);
    expect(json).toMatchObject({
      code,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
  });

  test('a resourceVersion that is not reached yet is a 504 that may be tried again', async () => {
    await create('present');
    const answer = await api.send('GET', `${configMaps}/present?resourceVersion=99999999`);
    expect(answer.json).toMatchObject({
      code: 504,
      reason: 'Timeout',
      message: expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/),
      details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] },
    });
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

describe('update', () => {
  test('replaces the object, and says 409 to those who read an older one', async () => {
    const first = (await create('updated')).json;
    const second = await api.send('PUT', `${configMaps}/updated`, { body: { ...first, data: { a: '2' } } });
    expect([second.status, second.json.data]).toEqual([200, { a: '2' }]);
    const late = await api.send('PUT', `${configMaps}/updated`, { body: { ...first, data: { a: '3' } } });
    expect(late.json).toEqual({
      ...failure(
        409,
        'Conflict',
        'Operation cannot be fulfilled on configmaps "updated": the object has been modified; please apply your changes to the latest version and try again',
      ),
      details: { name: 'updated', kind: 'configmaps' },
    });
  });

  test('an update that changes nothing writes nothing', async () => {
    const first = (await create('same')).json;
    const again = await api.send('PUT', `${configMaps}/same`, { body: first });
    expect(again.json.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test('an update without a resourceVersion is unconditional, however many come at once', async () => {
    await create('busy', { data: {} });
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        api.send('PUT', `${configMaps}/busy`, {
          body: configMap('busy', { data: { writer: String(index) } }),
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  test.for([
    [
      'another name than the URL',
      { metadata: { name: 'other' } },
      'the name of the object (other) does not match the name on the URL (named)',
    ],
    [
      'no name',
      { metadata: {} },
      'the name of the object (named based on URL) was undeterminable: name must be provided',
    ],
  ] as const)('%s is refused', async ([, change, message]) => {
    const { json } = await api.send('PUT', `${configMaps}/named`, { body: configMap('named', change) });
    expect(json).toMatchObject(failure(400, 'BadRequest', message));
  });

  test('another uid is a conflict', async () => {
    await create('owned');
    const body = configMap('owned', { metadata: { name: 'owned', uid: 'other' } });
    const { json } = await api.send('PUT', `${configMaps}/owned`, { body });
    expect(json).toMatchObject({
      code: 409,
      message: expect.stringContaining('Precondition failed: UID in precondition: other'),
    });
  });

  test('what is not there is a 404, but kinds that may be created by an update are', async () => {
    expect((await api.send('PUT', `${configMaps}/none`, { body: configMap('none') })).status).toBe(404);
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec: {} };
    expect((await api.send('PUT', `${leases}/l`, { body: lease })).status).toBe(201);
  });
});

describe('delete', () => {
  test('removes the object and says which', async () => {
    const { uid } = (await create('doomed')).json.metadata;
    const { status, json } = await api.send('DELETE', `${configMaps}/doomed`);
    expect([status, json]).toEqual([
      200,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name: 'doomed', kind: 'configmaps', uid },
      },
    ]);
    expect((await api.send('GET', `${configMaps}/doomed`)).status).toBe(404);
    expect((await api.send('DELETE', `${configMaps}/doomed`)).status).toBe(404);
  });

  test('waits for finalizers, and the last of them ends it', async () => {
    await create('held', { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    const held = await api.send('DELETE', `${configMaps}/held`);
    expect(held.json.metadata.deletionTimestamp).toEqual(expect.any(String));
    const { finalizers: _finalizers, ...metadata } = held.json.metadata;
    const released = await api.send('PUT', `${configMaps}/held`, { body: { ...held.json, metadata } });
    expect(released.status).toBe(200);
    expect((await api.send('GET', `${configMaps}/held`)).status).toBe(404);
  });

  test.for([
    [
      { preconditions: { uid: 'other' } },
      'the UID in the precondition (other) does not match the UID in record',
    ],
    [
      { preconditions: { resourceVersion: '1' } },
      'the ResourceVersion in the precondition (1) does not match',
    ],
  ] as const)('preconditions %j hold or it is a 409', async ([options, message]) => {
    await create('guarded');
    const { json } = await api.send('DELETE', `${configMaps}/guarded`, {
      body: { kind: 'DeleteOptions', apiVersion: 'v1', ...options },
    });
    expect(json).toMatchObject({ code: 409, reason: 'Conflict', message: expect.stringContaining(message) });
  });

  test('options may stand in the query; a dry run deletes nothing', async () => {
    await create('kept');
    const wrong = await api.send('DELETE', `${configMaps}/kept?propagationPolicy=Sometimes`);
    expect(wrong.json).toMatchObject({
      code: 422,
      message: expect.stringContaining('propagationPolicy: Unsupported value: "Sometimes"'),
    });
    const dry = await api.send('DELETE', `${configMaps}/kept?dryRun=All&propagationPolicy=Background`);
    expect(dry.status).toBe(200);
    expect((await api.send('GET', `${configMaps}/kept`)).status).toBe(200);
  });

  test('a collection goes by its selector, the rest stays', async () => {
    const labelled = (name: string, labels: object) => create(name, { metadata: { name, labels } });
    await Promise.all([
      labelled('c1', { go: 'yes' }),
      labelled('c2', { go: 'yes' }),
      labelled('c3', { go: 'no' }),
    ]);
    const { json } = await api.send('DELETE', `${configMaps}?labelSelector=go%3Dyes`);
    expect(json.kind).toBe('ConfigMapList');
    expect(json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
      'c1',
      'c2',
    ]);
    expect((await api.send('GET', `${configMaps}/c1`)).status).toBe(404);
    expect((await api.send('GET', `${configMaps}/c3`)).status).toBe(200);
  });
});

test('a verb that a resource does not have is a 405', async () => {
  const { json } = await api.send('PUT', '/api/v1/namespaces/ns/configmaps', { body: {} });
  expect(json).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
});

test('warnings travel in headers', async () => {
  const { status, headers } = await create('warned', { surprise: true });
  expect([status, headers.get('warning')]).toEqual([201, '299 - "unknown field \\"surprise\\""']);
});

test('an update warns of what it changes, as upstream, and not again of what was there', async () => {
  const jobs = '/apis/batch/v1/namespaces/ns/jobs';
  const template = {
    spec: { restartPolicy: 'Never', imagePullSecrets: [{}], containers: [{ name: 'c', image: 'x' }] },
  };
  const warning = '299 - "spec.template.spec.imagePullSecrets[0].name: invalid empty name \\"\\""';
  const made = await api.send('POST', jobs, { body: { metadata: { name: 'warned' }, spec: { template } } });
  expect([made.status, made.headers.get('warning')]).toEqual([201, warning]);
  const patch = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const answer = await api.send('PATCH', `${jobs}/${path}`, { body, headers });
    return [answer.status, answer.headers.get('warning')];
  };
  expect(await patch('warned', { metadata: { labels: { a: 'b' } } })).toEqual([200, null]);
  expect(await patch('warned/status', { status: { ready: 0 } })).toEqual([200, null]);
  expect(await patch('warned', { spec: { suspend: true } })).toEqual([200, warning]);
});
