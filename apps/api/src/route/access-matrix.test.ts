import { builtinRegistry, type KindDefinition, type ServedVersion, type Verb } from '@berth/kinds';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestAnswer, type TestApi } from '../../../../test/support/api.ts';
import { createApp } from '../app.ts';
import { AuditQueue } from '../audit/audit-queue.ts';
import { defaultFairShare } from '../fair-share/fair-share-settings.ts';
import {
  emptyRole,
  matrixNamespaces,
  minimalObject,
  type Place,
  placeOf,
  subresourceBody,
} from './route-fixtures.ts';

/** Who asks: nobody known, a neighbour's administrator, one of the cluster without any right, one with this right alone. */
const outcomes = ['401', '403', '403', '2xx'];

interface Right {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly patch?: boolean;
}

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const unrelated = { default: 'neighbour', system: 'default' } as const;
type ClusterId = keyof typeof unrelated;

let api: TestApi;
let count = 0;
beforeAll(async () => {
  api = await startTestApi();
  const create = async (as: string, path: string, body: object) => {
    expect((await api.send('POST', path, { as, body })).status).toBe(201);
  };
  await create('default', '/api/v1/namespaces', { metadata: { name: matrixNamespaces.default } });
  // Something that the audit log of the namespace tells of.
  const configMaps = `/api/v1/namespaces/${matrixNamespaces.default}/configmaps`;
  await create('default', configMaps, { metadata: { name: 'told' } });
  await create('system', '/apis/platform.berth.dev/v1/tenants', {
    metadata: { name: matrixNamespaces.system },
    spec: {},
  });
  for (const cluster of ['default', 'system'])
    await create(cluster, `${rbac}/clusterroles`, { metadata: { name: emptyRole }, rules: [] });
});
afterAll(() => api.close());

/** A token of somebody who may do this and nothing else, not even what everybody may. */
async function tokenWith(clusterId: ClusterId, right: Right | undefined): Promise<string> {
  const name = `may-${++count}`;
  if (right !== undefined) {
    const as = clusterId;
    await api.send('POST', `${rbac}/clusterroles`, { as, body: { metadata: { name }, rules: [right] } });
    const roleRef = { kind: 'ClusterRole', name };
    const body = { metadata: { name }, roleRef, subjects: [{ kind: 'Group', name }] };
    await api.send('POST', `${rbac}/clusterrolebindings`, { as, body });
  }
  return api.token(clusterId, { subject: { username: name, groups: [name] } });
}

async function send(call: Call, token: string | null): Promise<Pick<TestAnswer, 'status' | 'text'>> {
  const type = call.patch ? 'application/merge-patch+json' : 'application/json';
  const answer = await fetch(`${api.url}${call.path}`, {
    method: call.method,
    headers: { 'content-type': type, ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  });
  // A watch has no end.
  if (answer.ok && call.path.includes('watch=')) {
    await answer.body?.cancel();
    return { status: answer.status, text: '' };
  }
  return { status: answer.status, text: await answer.text() };
}

/** What the four hear. A success that is none says why. */
async function matrixOf(clusterId: ClusterId, call: Call, right: Right): Promise<string[]> {
  const askers = [
    null,
    await api.token(unrelated[clusterId]),
    await tokenWith(clusterId, undefined),
    await tokenWith(clusterId, right),
  ];
  const heard: string[] = [];
  for (const asker of askers) {
    const { status, text } = await send(call, asker);
    heard.push(status < 300 ? '2xx' : asker === askers.at(-1) ? `${status} ${text}` : String(status));
  }
  return heard;
}

interface KindRoute {
  readonly definition: KindDefinition;
  readonly version: ServedVersion;
  readonly verb: Verb;
  readonly subresource: string;
}

const methods: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** Every verb of every version of every kind and subresource that is registered. */
const kindRoutes = builtinRegistry.definitions.flatMap((definition) =>
  definition.versions.flatMap((version) =>
    [{ name: '', verbs: definition.verbs }, ...definition.subresources].flatMap(({ name, verbs }) =>
      verbs.map((verb) => {
        const route: KindRoute = { definition, version, verb, subresource: name };
        const { collection } = placeOf(definition, version);
        return [`${verb} ${collection}${name && `/…/${name}`}`, route] as const;
      }),
    ),
  ),
);

/** The request of a route that succeeds for who may make it, on an object that is there for it alone. */
async function callOf({ definition, version, verb, subresource }: KindRoute, place: Place): Promise<Call> {
  const { clusterId, namespace, collection } = place;
  const base = `/clusters/${clusterId}${collection}`;
  if (!definition.verbs.includes('create')) return readOf(verb, base, clusterId);
  const name = `m-${++count}`;
  const object = minimalObject(definition, version, { name, namespace });
  const method = methods[verb];
  if (subresource === '' && verb === 'create') return { method, path: base, body: object };
  const made = await api.send('POST', base, { as: clusterId, body: object });
  expect([made.status, made.text]).toEqual([201, made.text]);
  if (subresource === '') {
    if (verb === 'watch') return { method, path: `${base}?watch=true` };
    if (verb === 'list') return { method, path: base };
    if (verb === 'deletecollection') return { method, path: `${base}?labelSelector=matrix%3Dnone` };
  }
  const path = `${base}/${name}${subresource && `/${subresource}`}`;
  const wanted = subresource === '' ? wholeBody(verb) : subresourceBody(subresource, verb, name);
  const body =
    wanted === 'object' ? (await api.send('GET', `${base}/${name}`, { as: clusterId })).json : wanted;
  return { method, path, patch: verb === 'patch', ...(body !== undefined && { body }) };
}

/** Of objects that make themselves (audit events): one that is there. */
async function readOf(verb: Verb, base: string, as: string): Promise<Call> {
  if (verb !== 'get') return { method: methods[verb], path: base };
  const { items } = (await api.send('GET', base, { as })).json;
  return { method: methods[verb], path: `${base}/${items[0].metadata.name}` };
}

function wholeBody(verb: Verb): object | 'object' | undefined {
  if (verb === 'update') return 'object';
  return verb === 'patch' ? { metadata: { labels: { patched: 'yes' } } } : undefined;
}

describe('every route of a kind is open to who has the right to it, and to nobody else', () => {
  test.for(kindRoutes)('%s', async ([, route]) => {
    const { definition, version, verb, subresource } = route;
    const place = placeOf(definition, version);
    const resource = definition.plural + (subresource && `/${subresource}`);
    const right = { verbs: [verb], apiGroups: [version.group], resources: [resource] };
    const call = await callOf(route, place);
    expect(await matrixOf(place.clusterId as ClusterId, call, right)).toEqual(outcomes);
  });
});

/** Paths that are no resources, as they are registered: for each an example, and who may have it. */
const paths: Readonly<
  Record<string, { readonly example: string; readonly clusterId?: ClusterId; readonly open?: true }>
> = {
  'GET /': { example: '/' },
  'GET /api': { example: '/api' },
  'GET /api/:version': { example: '/api/v1' },
  'GET /apis': { example: '/apis' },
  'GET /apis/:group': { example: '/apis/batch' },
  'GET /apis/:group/:version': { example: '/apis/batch/v1' },
  'GET /openapi/v2': { example: '/openapi/v2' },
  'GET /openapi/v3': { example: '/openapi/v3' },
  'GET /openapi/v3/*': { example: '/openapi/v3/api/v1' },
  'GET /fleet/v1/nodes/:node/pods': { example: '/fleet/v1/nodes/n1/pods', clusterId: 'system' },
  'GET /fleet/v1/nodes/:node/volumes': { example: '/fleet/v1/nodes/n1/volumes', clusterId: 'system' },
  'GET /fleet/v1/nodes/:node/inputs': { example: '/fleet/v1/nodes/n1/inputs', clusterId: 'system' },
  'GET /fleet/v1/nodes/:node/services': { example: '/fleet/v1/nodes/n1/services', clusterId: 'system' },
  'GET /version': { example: '/version', open: true },
  'GET /livez': { example: '/livez', open: true },
  'GET /livez/:check': { example: '/livez/ping', open: true },
  'GET /readyz': { example: '/readyz?exclude=turn', open: true },
  'GET /readyz/:check': { example: '/readyz/ping', open: true },
  'GET /healthz': { example: '/healthz', open: true },
  'GET /healthz/:check': { example: '/healthz/ping', open: true },
  'GET /openid/v1/jwks': { example: '/openid/v1/jwks', open: true },
  'GET /.well-known/openid-configuration': { example: '/.well-known/openid-configuration', open: true },
  'GET /.well-known/berth-login': { example: '/.well-known/berth-login', open: true },
  // Who asks has no token yet: its own tests say who gets one.
  'POST /oauth/token': { example: '/oauth/token', open: true },
};

describe('every other route', () => {
  const registered = (): string[] => {
    const log = pino({ level: 'silent' });
    const app = createApp({
      store: api.store,
      hints: { subscribe: () => () => {} },
      keys: api.keys,
      auditQueue: new AuditQueue(api.store.audit, log),
      kinds: builtinRegistry,
      log,
      now: () => new Date(),
      externalUrl: 'https://berth.test',
      clusterCa: '',
      tokenSource: { lease: () => Promise.reject(new Error('none')), giveBack: () => {} },
      fairShare: defaultFairShare,
      closing: new AbortController().signal,
    });
    return app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  };

  test('is known here, so that a new one is looked at', () => {
    expect([...new Set(registered())].sort()).toEqual(Object.keys(paths).sort());
  });

  test.for(Object.entries(paths).filter(([, { open }]) => !open))(
    '%s is open to who has the right to it, and to nobody else',
    async ([route, { example, clusterId = 'default' }]) => {
      const [method = ''] = route.split(' ');
      const right = { verbs: [method.toLowerCase()], nonResourceURLs: [example] };
      const call = { method, path: `/clusters/${clusterId}${example === '/' ? '/' : example}` };
      expect(await matrixOf(clusterId, call, right)).toEqual(outcomes);
    },
  );

  test.for(Object.entries(paths).filter(([route, { open }]) => open && route.startsWith('GET')))(
    '%s is open to everybody',
    async ([, { example }]) => {
      expect((await send({ method: 'GET', path: example }, null)).status).toBe(200);
    },
  );
});
