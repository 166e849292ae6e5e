import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiAudience, nodeAudience, verifyToken } from '@berth/auth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
let agent: Server;
const agentCalls: IncomingMessage[] = [];

beforeAll(async () => {
  api = await startTestApi();
  agent = createServer((request, response) => {
    agentCalls.push(request);
    const [path = ''] = (request.url ?? '').split('?');
    if (path.endsWith('/refused')) {
      response.writeHead(400).end('container "refused" in pod "web" is waiting to start: ContainerCreating');
    } else {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('Hello\n');
      // A followed log stays open; the test hangs up.
      if (!request.url?.includes('follow=true')) response.end();
    }
  }).listen(0, '127.0.0.1');
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns' } } });
  await registerNode('n1', (agent.address() as AddressInfo).port);
});
afterAll(async () => {
  agent.closeAllConnections();
  agent.close();
  await api.close();
});

async function registerNode(name: string, port: number): Promise<void> {
  const node = (await api.send('POST', '/api/v1/nodes', { as: 'system', body: { metadata: { name } } })).json;
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await api.send('PUT', `/api/v1/nodes/${name}/status`, { as: 'system', body: { ...node, status } });
}

const pods = '/api/v1/namespaces/ns/pods';
const container = (name: string) => ({ name, image: 'busybox' });
async function createPod(name: string, spec: object = {}): Promise<string> {
  const body = { metadata: { name }, spec: { containers: [container('main')], ...spec } };
  const created = await api.send('POST', pods, { body });
  expect(created.json).toMatchObject({ metadata: { name } });
  return `${pods}/${name}`;
}
const bind = (path: string, node: string, metadata: object = {}) =>
  api.send('POST', `${path}/binding`, { body: { metadata, target: { kind: 'Node', name: node } } });
const boundPod = async (name: string, spec: object = {}) => {
  const path = await createPod(name, spec);
  await bind(path, 'n1');
  return path;
};

describe('the proxy of a node', () => {
  const stats = '/api/v1/nodes/n1/proxy/stats/summary';

  test('passes on the stats alone, for the cluster that asks', async () => {
    agentCalls.length = 0;
    const answer = await api.send('GET', stats);
    expect(answer).toMatchObject({ status: 200, text: 'Hello\n' });
    await api.send('GET', stats, { as: 'system' });
    expect(agentCalls.map(({ url }) => url)).toEqual([
      expect.stringMatching(/^\/clusters\/(?!system)[^/]+\/nodes\/n1\/stats\/summary$/),
      '/clusters/system/nodes/n1/stats/summary',
    ]);
    for (const path of ['pods', 'stats/summary/more', 'logs/', '../containerLogs/ns/web/main']) {
      expect((await api.send('GET', `/api/v1/nodes/n1/proxy/${path}`)).status).toBe(404);
    }
    expect(agentCalls).toHaveLength(2);
    expect((await api.send('GET', '/api/v1/nodes/n1/proxy')).text).toBe('stats/summary\nmetrics/resource\n');
    expect((await api.send('GET', '/api/v1/nodes/none/proxy/stats/summary')).status).toBe(404);
  });
});

describe('binding', () => {
  test('assigns a pod to a node, once', async () => {
    const path = await createPod('bound');
    const done = await bind(path, 'n1');
    expect([done.status, done.json]).toEqual([
      201,
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
    ]);
    const { json } = await api.send('GET', path);
    expect(json.spec.nodeName).toBe('n1');
    expect(json.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'True' }),
    );
    expect((await bind(path, 'n2')).json).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "n1"',
    });
  });

  test('needs a target, and the pod that it means', async () => {
    const path = await createPod('unbound');
    expect((await bind(path, '')).json).toMatchObject({
      code: 422,
      message: expect.stringContaining('target.name: Required value'),
    });
    expect((await bind(path, 'n1', { uid: 'other' })).json).toMatchObject({ code: 409 });
    expect((await bind(path, 'n1', { name: 'other' })).json).toMatchObject({ code: 400 });
    expect((await bind(`${pods}/missing`, 'n1')).json).toMatchObject({ code: 404 });
    expect((await api.send('GET', path)).json.spec.nodeName).toBeUndefined();
  });
});

test('eviction lets a running pod end with its grace', async () => {
  const path = await boundPod('evicted', { terminationGracePeriodSeconds: 7 });
  const body = { metadata: { name: 'evicted' } };
  expect((await api.send('POST', `${path}/eviction`, { body })).status).toBe(201);
  expect((await api.send('GET', path)).json.metadata).toMatchObject({ deletionGracePeriodSeconds: 7 });
});

describe('status', () => {
  test('changes through its subresource alone, and nothing else does there', async () => {
    const path = await createPod('statused');
    const read = (await api.send('GET', path)).json;
    const phase = {
      ...read,
      status: { ...read.status, phase: 'Running' },
      metadata: { ...read.metadata, labels: { l: '1' } },
    };
    const main = (await api.send('PUT', path, { body: phase })).json;
    expect([main.status.phase, main.metadata.labels]).toEqual(['Pending', { l: '1' }]);
    const spec = { ...main.spec, activeDeadlineSeconds: 5 };
    const status = await api.send('PUT', `${path}/status`, {
      body: { ...main, spec, status: { phase: 'Running' } },
    });
    expect([status.json.status.phase, status.json.spec.activeDeadlineSeconds]).toEqual([
      'Running',
      undefined,
    ]);
    expect((await api.send('GET', `${path}/status`)).text).toBe(status.text);
  });

  test('can be patched', async () => {
    const path = await createPod('patched');
    const { json } = await api.send('PATCH', `${path}/status`, {
      body: { status: { phase: 'Running' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(json.status.phase).toBe('Running');
  });
});

describe('log', () => {
  test('comes from the agent of the pod’s node, by a token that is good there alone', async () => {
    const path = await boundPod('web');
    const query = 'tailLines=5&timestamps=true&previous=true&limitBytes=9&sinceSeconds=60';
    const log = await api.send('GET', `${path}/log?${query}`);
    expect([log.status, log.headers.get('content-type'), log.text]).toEqual([200, 'text/plain', 'Hello\n']);
    const call = agentCalls.at(-1);
    expect(call?.url).toBe(
      '/clusters/default/containerLogs/ns/web/main?previous=true&timestamps=true&tailLines=5&limitBytes=9&sinceSeconds=60',
    );
    const token = (call?.headers.authorization ?? '').replace('Bearer ', '');
    const keysOf = (clusterId: string) => api.keys.verificationKeys(clusterId);
    const verify = (audience: string) => verifyToken(token, { keysOf, audience, now: new Date() });
    await expect(verify(nodeAudience('n1'))).resolves.toMatchObject({ identity: { clusterId: 'system' } });
    await expect(verify(nodeAudience('n2'))).rejects.toMatchObject({ code: 'wrong-audience' });
    await expect(verify(apiAudience)).rejects.toMatchObject({ code: 'wrong-audience' });
  });

  test('is streamed as it is written, and let go when the client hangs up', async () => {
    const path = await boundPod('followed');
    const hangUp = new AbortController();
    const answer = await fetch(`${api.url}${path}/log?follow=true`, {
      headers: { authorization: `Bearer ${await api.token('default')}` },
      signal: hangUp.signal,
    });
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toBe('Hello\n');
    const gone = new Promise((resolve) => {
      agentCalls.at(-1)?.socket.once('close', resolve);
    });
    hangUp.abort();
    await gone;
  });

  const two = { containers: [container('a'), container('b')], initContainers: [container('i')] };

  test.for([
    [
      '',
      400,
      'a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [i]',
    ],
    ['container=c', 400, 'container c is not valid for pod two'],
    [
      'container=a&tailLines=-1',
      422,
      'PodLogOptions "two" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'container=a&limitBytes=0',
      422,
      'PodLogOptions "two" is invalid: limitBytes: Invalid value: 0: must be greater than 0',
    ],
    [
      'container=a&sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
      422,
      'at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
  ] as const)('?%s is refused', async ([query, code, message]) => {
    if ((await api.send('GET', `${pods}/two`)).status === 404) await boundPod('two', two);
    const { json } = await api.send('GET', `${pods}/two/log?${query}`);
    expect(json).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('the agent’s refusal is passed on in its words', async () => {
    const path = await boundPod('waiting', { containers: [container('refused')] });
    expect((await api.send('GET', `${path}/log`)).json).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'container "refused" in pod "web" is waiting to start: ContainerCreating',
    });
  });

  test('a pod that no node runs has said nothing; a node that is gone says nothing', async () => {
    expect((await api.send('GET', `${await createPod('unscheduled')}/log`)).status).toBe(204);
    const path = await createPod('lost');
    await bind(path, 'nowhere');
    expect((await api.send('GET', `${path}/log`)).json).toMatchObject({
      code: 503,
      message: 'node "nowhere" is gone',
    });
  });
});

test('what is applied through one endpoint is not owned through the other', async () => {
  await createPod('owned');
  const apply = (path: string, manager: string, body: object) =>
    api.send('PATCH', `${pods}/owned${path}?fieldManager=${manager}&force=true`, {
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'owned' }, ...body },
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  const both = { spec: { activeDeadlineSeconds: 60 }, status: { message: 'said' } };
  const main = (await apply('', 'main', both)).json;
  const status = (await apply('/status', 'status', both)).json;
  expect([main.status.message, status.status.message]).toEqual([undefined, 'said']);
  const owned = (json: typeof main, manager: string) =>
    json.metadata.managedFields.find((entry: { manager: string }) => entry.manager === manager).fieldsV1;
  expect(Object.keys(owned(main, 'main'))).toEqual(['f:spec']);
  expect(Object.keys(owned(status, 'status'))).toEqual(['f:status']);
});
