import { kubernetesSchema } from '@berth/kinds';
import { encodeProtobufBody } from '@berth/machinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
});
afterAll(() => api.close());

const pods = { containers: [{ name: 'main', image: 'busybox' }] };
const template = { metadata: { labels: { app: 'web', tier: 'a' } }, spec: pods };
const collections = {
  ReplicaSet: '/apis/apps/v1/namespaces/ns/replicasets',
  ReplicationController: '/api/v1/namespaces/ns/replicationcontrollers',
  Deployment: '/apis/apps/v1/namespaces/ns/deployments',
  StatefulSet: '/apis/apps/v1/namespaces/ns/statefulsets',
};
type Kind = keyof typeof collections;

async function create(kind: Kind, name: string): Promise<string> {
  const selector =
    kind === 'ReplicationController'
      ? { app: 'web' }
      : {
          matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }],
          matchLabels: { app: 'web' },
        };
  const body = { metadata: { name }, spec: { replicas: 3, selector, template } };
  const created = await api.send('POST', collections[kind], { body });
  expect(created.json).toMatchObject({ metadata: { name } });
  return `${collections[kind]}/${name}`;
}

const scaleBody = (name: string, replicas: number, metadata: object = {}) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name, namespace: 'ns', ...metadata },
  spec: { replicas },
});

describe.each(Object.keys(collections) as Kind[])('the scale of a %s', (kind) => {
  const name = `scaled-${kind.toLowerCase()}`;
  let path: string;
  beforeAll(async () => {
    path = await create(kind, name);
  });

  test('shows how many replicas are wanted and there are, and what finds them', async () => {
    const object = (await api.send('GET', path)).json;
    const { uid, resourceVersion, creationTimestamp } = object.metadata;
    const selector = kind === 'ReplicationController' ? 'app=web' : 'app=web,tier in (a,b)';
    expect((await api.send('GET', `${path}/scale`)).json).toEqual({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name, namespace: 'ns', uid, resourceVersion, creationTimestamp },
      spec: { replicas: 3 },
      status: { replicas: 0, selector },
    });
  });

  test('changes the object’s replicas and nothing else, and counts as a new generation', async () => {
    const before = (await api.send('GET', path)).json;
    const answer = await api.send('PUT', `${path}/scale`, { body: scaleBody(name, 5) });
    expect([answer.status, answer.json.kind, answer.json.spec]).toEqual([200, 'Scale', { replicas: 5 }]);
    const after = (await api.send('GET', path)).json;
    expect(after.metadata.generation).toBe(before.metadata.generation + 1);
    expect(after.metadata.resourceVersion).toBe(answer.json.metadata.resourceVersion);
    expect({ ...after, metadata: {} }).toEqual({
      ...before,
      metadata: {},
      spec: { ...before.spec, replicas: 5 },
    });
  });

  test('can be patched in every way', async () => {
    const patches: ReadonlyArray<readonly [string, unknown]> = [
      ['application/merge-patch+json', { spec: { replicas: 6 } }],
      ['application/strategic-merge-patch+json', { spec: { replicas: 7 } }],
      ['application/json-patch+json', [{ op: 'replace', path: '/spec/replicas', value: 8 }]],
      ['application/apply-patch+yaml', scaleBody(name, 9)],
    ];
    for (const [index, [mediaType, body]] of patches.entries()) {
      const answer = await api.send(
        'PATCH',
        `${path}/scale?fieldManager=m&force=${index === 3 ? 'true' : ''}`,
        {
          body: body as object,
          headers: { 'content-type': mediaType },
        },
      );
      expect([mediaType, answer.status, answer.json.spec]).toEqual([mediaType, 200, { replicas: 6 + index }]);
    }
    expect((await api.send('GET', path)).json.spec.replicas).toBe(9);
  });
});

describe('a scale', () => {
  let path: string;
  beforeAll(async () => {
    path = await create('ReplicaSet', 'web');
  });
  const put = (body: object) => api.send('PUT', `${path}/scale`, { body });

  test('of zero replicas is written as Go writes it', async () => {
    expect((await put(scaleBody('web', 0))).json.spec).toEqual({});
    expect((await api.send('GET', path)).json.spec.replicas).toBe(0);
  });

  test('is refused with what is wrong with it', async () => {
    expect((await put(scaleBody('web', -1))).json).toMatchObject({
      code: 422,
      message:
        'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    });
    expect((await put(scaleBody('other', 1))).json).toMatchObject({
      code: 400,
      message: 'the name of the object (other) does not match the name on the URL (web)',
    });
    expect((await put({ ...scaleBody('web', 1), kind: 'ReplicaSet' })).json).toMatchObject({ code: 400 });
    expect((await api.send('GET', `${collections.ReplicaSet}/missing/scale`)).json).toMatchObject({
      code: 404,
      message: 'replicasets/scale.apps "missing" not found',
    });
  });

  test('made from an older state of the object is refused, and so is another object’s', async () => {
    expect((await put(scaleBody('web', 2, { resourceVersion: '1' }))).json).toMatchObject({
      code: 409,
      message: expect.stringContaining(
        'Operation cannot be fulfilled on replicasets.apps "web": the object has been modified',
      ),
    });
    const { uid } = (await api.send('GET', path)).json.metadata;
    expect((await put(scaleBody('web', 2, { uid: 'other' }))).json).toMatchObject({
      code: 409,
      message: `Operation cannot be fulfilled on replicasets/scale.apps "web": Precondition failed: UID in precondition: other, UID in object meta: ${uid}`,
    });
    const { resourceVersion } = (await api.send('GET', path)).json.metadata;
    expect((await put(scaleBody('web', 2, { uid, resourceVersion }))).status).toBe(200);
  });

  test('can be sent as protobuf', async () => {
    const message = 'k8s.io.api.autoscaling.v1.Scale';
    const target = { schema: kubernetesSchema, message, apiVersion: 'autoscaling/v1', kind: 'Scale' };
    const answer = await api.send('PUT', `${path}/scale`, {
      body: encodeProtobufBody(scaleBody('web', 4), target),
      headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    });
    expect([answer.status, answer.json.spec]).toEqual([200, { replicas: 4 }]);
    expect((await put(scaleBody('web', 2))).status).toBe(200);
  });

  test('is not changed by a dry run', async () => {
    const answer = await api.send('PUT', `${path}/scale?dryRun=All`, { body: scaleBody('web', 40) });
    expect([answer.status, answer.json.spec.replicas]).toEqual([200, 40]);
    expect((await api.send('GET', path)).json.spec.replicas).toBe(2);
  });

  test('is owned by who wrote it, in the object', async () => {
    await api.send('PUT', `${path}/scale?fieldManager=scaler`, { body: scaleBody('web', 12) });
    const { managedFields } = (await api.send('GET', path)).json.metadata;
    expect(managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'scaler',
        subresource: 'scale',
        apiVersion: 'apps/v1',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      }),
    );
  });

  test('is shown as a table', async () => {
    const { json } = await api.send('GET', `${path}/scale`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(json.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Desired',
      'Available',
      'Age',
    ]);
    expect(json.rows[0].cells.slice(0, 3)).toEqual(['web', 12, 0]);
  });

  test('stands in discovery as what it is', async () => {
    const { json } = await api.send('GET', '/apis/apps/v1');
    expect(json.resources).toContainEqual({
      name: 'replicasets/scale',
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    });
  });
});
