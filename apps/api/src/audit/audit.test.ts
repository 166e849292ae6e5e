import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { startTestApi, type TestApi, type TestRequest } from '../../../../test/support/api.ts';
import { tablesHolding } from '../../../../test/support/stored-text.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ trustedProxies: [] });
  for (const cluster of ['default', 'neighbour']) {
    await api.send('POST', `/clusters/${cluster}/api/v1/namespaces`, {
      as: cluster,
      body: { metadata: { name: 'n' } },
    });
  }
});
afterAll(() => api.close());

const events = '/apis/audit.berth.dev/v1/events';
const configMaps = '/api/v1/namespaces/n/configmaps';
const serviceAccounts = '/api/v1/namespaces/n/serviceaccounts';
const secrets = '/api/v1/namespaces/n/secrets';

/** The events that a field selector selects, waited for: refusals are recorded a moment later. */
async function recorded(
  selector: string,
  { count = 1, ...request }: TestRequest & { count?: number } = {},
): Promise<ReadonlyArray<Recorded>> {
  return eventually(`the audit log holds ${count} of ${selector}`, async () => {
    const { json } = await api.send(
      'GET',
      `${events}?fieldSelector=${encodeURIComponent(selector)}`,
      request,
    );
    expect(json.items).toHaveLength(count);
    return json.items;
  });
}

/** An event with all that a test looks at. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on whatever comes
type Recorded = any;

test('a write is recorded with who, from where, what, outcome and revision', async () => {
  const { json, headers } = await api.send('POST', configMaps, {
    body: { metadata: { name: 'written' }, data: { a: 'b' } },
    headers: { 'user-agent': 'tester/1', 'x-forwarded-for': '203.0.113.9' },
  });
  const [event] = await recorded('objectRef.name=written');
  expect(event).toEqual({
    kind: 'Event',
    apiVersion: 'audit.berth.dev/v1',
    metadata: { name: expect.any(String), namespace: 'n', creationTimestamp: expect.any(String) },
    level: 'Metadata',
    auditID: headers.get('audit-id'),
    stage: 'ResponseComplete',
    requestURI: configMaps,
    verb: 'create',
    user: {
      username: 'admin',
      groups: ['system:masters', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    },
    sourceIPs: ['127.0.0.1'],
    userAgent: 'tester/1',
    objectRef: {
      resource: 'configmaps',
      namespace: 'n',
      name: 'written',
      uid: json.metadata.uid,
      apiVersion: 'v1',
    },
    responseStatus: { metadata: {}, code: 201 },
    requestReceivedTimestamp: expect.stringMatching(/\.\d{6}Z$/),
    stageTimestamp: expect.stringMatching(/\.\d{6}Z$/),
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': expect.any(String),
      'audit.berth.dev/revision': json.metadata.resourceVersion,
    },
  });
  const one = await api.send('GET', `/apis/audit.berth.dev/v1/namespaces/n/events/${event.metadata.name}`);
  expect(one.json).toEqual(event);
});

test('each way to write is recorded once, in the order of the revisions', async () => {
  const body = { metadata: { name: 'life' }, data: {} };
  await api.send('POST', configMaps, { body });
  await api.send('PUT', `${configMaps}/life`, { body: { ...body, data: { a: '1' } } });
  await api.send('PATCH', `${configMaps}/life`, {
    body: { data: { a: '2' } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  await api.send('DELETE', `${configMaps}/life`);
  await api.send('POST', configMaps, { body });
  await api.send('DELETE', `${configMaps}?fieldSelector=metadata.name%3Dlife`);
  const found = await recorded('objectRef.name=life', { count: 6 });
  expect(found.map(({ verb }: { verb: string }) => verb)).toEqual([
    'create',
    'update',
    'patch',
    'delete',
    'create',
    'deletecollection',
  ]);
  const revisions = found.map(({ annotations }: { annotations: Record<string, string> }) =>
    Number(annotations['audit.berth.dev/revision']),
  );
  expect(revisions).toEqual(revisions.toSorted((a: number, b: number) => a - b));
});

test.for<[string, number, string, () => Promise<{ status: number }>]>([
  [
    'without a token',
    401,
    'user.username=',
    () => api.send('GET', `${configMaps}/refused-401`, { as: null }),
  ],
  [
    'of a neighbour',
    403,
    'objectRef.name=refused-403',
    () => api.send('GET', `/clusters/default${configMaps}/refused-403`, { as: 'neighbour' }),
  ],
  [
    'of what is there',
    409,
    'objectRef.name=twice',
    async () => {
      await api.send('POST', serviceAccounts, { body: { metadata: { name: 'twice' } } });
      return api.send('POST', serviceAccounts, { body: { metadata: { name: 'twice' } } });
    },
  ],
  [
    'that is invalid',
    422,
    'objectRef.name=In_valid',
    () => api.send('POST', serviceAccounts, { body: { metadata: { name: 'In_valid' } } }),
  ],
  [
    'of what is not there',
    404,
    'objectRef.name=refused-404',
    () => api.send('DELETE', `${configMaps}/refused-404`),
  ],
])('a refused request %s (%i) is recorded', async ([, code, selector, request]) => {
  expect((await request()).status).toBe(code);
  // A request without a token and without a cluster in its path is nobody's but the fleet's.
  const as = code === 401 ? 'system' : 'default';
  const [event] = await recorded(`${selector},responseStatus.code=${code}`, { as });
  expect(event.responseStatus).toMatchObject({ status: 'Failure', code, message: expect.any(String) });
  expect(event.annotations['audit.berth.dev/revision']).toBeUndefined();
  expect(event.annotations['authorization.k8s.io/decision']).toBe(
    { 401: undefined, 403: 'forbid' }[code] ?? (code === 401 ? undefined : 'allow'),
  );
});

test('what is read is not recorded, nor the questions that write nothing', async () => {
  await api.send('GET', `${configMaps}?limit=77`);
  await api.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
  });
  await api.send('POST', configMaps, { body: { metadata: { name: 'after-reads' } } });
  await recorded('objectRef.name=after-reads');
  const { json } = await api.send('GET', events);
  const uris = json.items.map(({ requestURI }: { requestURI: string }) => requestURI);
  expect(uris).not.toContain(`${configMaps}?limit=77`);
  expect(uris.join()).not.toContain('selfsubjectaccessreviews');
});

test('a write that leaves no revision is recorded before it is acknowledged', async () => {
  const before = await api.send('POST', '/api/v1/namespaces/n/serviceaccounts', {
    body: { metadata: { name: 'robot' } },
  });
  expect(before.status).toBe(201);
  const token = await api.send('POST', '/api/v1/namespaces/n/serviceaccounts/robot/token', {
    body: { spec: {} },
  });
  expect(token.status).toBe(201);
  const { json } = await api.send('GET', `${events}?fieldSelector=objectRef.name%3Drobot,verb%3Dcreate`);
  const [, asked] = json.items;
  expect(asked).toMatchObject({
    level: 'Metadata',
    objectRef: { subresource: 'token' },
    responseStatus: { code: 201 },
  });
  const dryRun = await api.send('POST', `${configMaps}?dryRun=All`, {
    body: { metadata: { name: 'only-asked' } },
  });
  expect(dryRun.status).toBe(201);
  const found = await api.send('GET', `${events}?fieldSelector=objectRef.name%3Donly-asked`);
  expect(found.json.items).toHaveLength(1);
});

async function withPolicy(level: string, use: () => Promise<void>) {
  const rules = [{ level }];
  const path = '/apis/audit.berth.dev/v1/auditpolicies';
  const made = await api.send('POST', path, { body: { metadata: { name: 'all' }, spec: { rules } } });
  expect(made.status).toBe(201);
  try {
    // A policy holds within a second of its write.
    const name = `probe-${level.toLowerCase()}`;
    await eventually('reads are recorded', async () => {
      await api.send('GET', `${configMaps}/${name}`);
      const { json } = await api.send('GET', `${events}?fieldSelector=objectRef.name%3D${name},verb%3Dget`);
      return json.items.length > 0;
    });
    await use();
  } finally {
    await api.send('DELETE', `${path}/all`);
  }
}

const jobs = '/apis/batch/v1/namespaces/n/jobs';
const job = (name: string) => ({
  metadata: { name },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
});

test('a cluster may have more recorded: requests and answers, but never secrets', async () => {
  const needle = 'c2VzYW1lb3Blbg';
  await withPolicy('RequestResponse', async () => {
    const made = await api.send('POST', jobs, { body: job('shown') });
    expect(made.status).toBe(201);
    const [event] = await recorded('objectRef.name=shown');
    expect(event).toMatchObject({
      level: 'RequestResponse',
      requestObject: { metadata: { name: 'shown' } },
      responseObject: { kind: 'Job', metadata: { uid: made.json.metadata.uid } },
    });
    expect(event.responseObject.metadata.resourceVersion).toBe(made.json.metadata.resourceVersion);

    await api.send('POST', secrets, { body: { metadata: { name: 's' }, data: { a: `${needle}==` } } });
    await api.send('POST', secrets, { body: { metadata: { name: 's' }, data: { a: `${needle}==` } } });
    await api.send('POST', secrets, {
      body: { metadata: { name: 'bad' }, type: needle, data: { '..': '' } },
    });
    await api.send('PATCH', `${secrets}/s`, {
      body: { stringData: { b: needle } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    await api.send('GET', `${secrets}/s`);
    await api.send('POST', configMaps, { body: { metadata: { name: 'quiet' }, data: { a: needle } } });
    await api.send('DELETE', `${configMaps}/quiet`);
    await api.send('DELETE', `${secrets}/s`);
    const token = await api.send('POST', '/api/v1/namespaces/n/serviceaccounts/robot/token', {
      body: { spec: {} },
    });
    const bearer = token.json.status.token;
    await api.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      body: { spec: { token: bearer } },
    });
    await api.send('GET', `${configMaps}?access_token=${bearer}`, { token: bearer });
    const found = await recorded('objectRef.resource=secrets,objectRef.name=s', { count: 5 });
    expect(new Set(found.map(({ level }: { level: string }) => level))).toEqual(new Set(['Metadata']));
    const [, , signature] = bearer.split('.');
    await recorded('user.username=system:serviceaccount:n:robot');
    for (const secret of [needle, signature]) {
      expect(await tablesHolding(api.databaseUrl, secret)).not.toContain('berth.audit');
    }
  });
});

test('a cluster cannot have less recorded', async () => {
  const path = '/apis/audit.berth.dev/v1/auditpolicies';
  await api.send('POST', path, {
    body: { metadata: { name: 'none' }, spec: { rules: [{ level: 'None' }] } },
    as: 'neighbour',
  });
  // A rule that raises tells when the policies hold: they are read together.
  await api.send('POST', path, {
    body: { metadata: { name: 'reads' }, spec: { rules: [{ level: 'Metadata', verbs: ['get'] }] } },
    as: 'neighbour',
  });
  await eventually('the policies hold', async () => {
    await api.send('GET', `${configMaps}/probe`, { as: 'neighbour' });
    const { json } = await api.send('GET', `${events}?fieldSelector=objectRef.name%3Dprobe`, {
      as: 'neighbour',
    });
    return json.items.length > 0;
  });
  await api.send('POST', configMaps, { body: { metadata: { name: 'still' } }, as: 'neighbour' });
  await recorded('objectRef.name=still', { as: 'neighbour' });
  await api.send('DELETE', `${path}/none`, { as: 'neighbour' });
});

test.for([
  [{ rules: [{}] }, 'spec.rules[0].level: Required value'],
  [{ rules: [{ level: 'All' }] }, 'spec.rules[0].level: Unsupported value: "All"'],
  [
    { rules: [{ level: 'None', namespaces: ['a'], nonResourceURLs: ['/b'] }] },
    'rules cannot apply to both regular resources and non-resource URLs',
  ],
  [
    { rules: [{ level: 'None', resources: [{ resourceNames: ['a'] }] }] },
    'using resourceNames requires at least one resource',
  ],
] as const)('an AuditPolicy is validated: %#', async ([spec, message]) => {
  const { json } = await api.send('POST', '/apis/audit.berth.dev/v1/auditpolicies', {
    body: { metadata: { name: 'bad' }, spec },
  });
  expect(json).toMatchObject({ code: 422, message: expect.stringContaining(message) });
});

test('the log is read in pages, by time, as a table, and as JSON lines', async () => {
  const since = new Date().toISOString();
  for (let i = 0; i < 5; i += 1)
    await api.send('POST', configMaps, { body: { metadata: { name: `page-${i}` } } });
  const first = await api.send('GET', `${events}?limit=2&since=${since}`);
  expect(first.json.items.map((event: Recorded) => event.objectRef.name)).toEqual(['page-0', 'page-1']);
  const second = await api.send(
    'GET',
    `${events}?limit=2&since=${since}&continue=${first.json.metadata.continue}`,
  );
  expect(second.json.items.map((event: Recorded) => event.objectRef.name)).toEqual(['page-2', 'page-3']);
  const none = await api.send('GET', `${events}?until=2020-01-01T00:00:00Z`);
  expect(none.json).toMatchObject({ kind: 'EventList', items: [], metadata: {} });
  const table = await api.send('GET', `${events}?limit=1&since=${since}`, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  expect(table.json.rows[0].cells.slice(1, 6)).toEqual([
    expect.any(String),
    'admin',
    'create',
    'n/configmaps/page-0',
    201,
  ]);
  const lines = await api.send('GET', `${events}?since=${since}&fieldSelector=verb%3Dcreate`, {
    headers: { accept: 'application/jsonl' },
  });
  expect(lines.headers.get('content-type')).toBe('application/jsonl');
  const exported = lines.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(exported.map(({ objectRef }) => objectRef.name)).toEqual([0, 1, 2, 3, 4].map((i) => `page-${i}`));
  expect(exported[0]).toMatchObject({ kind: 'Event', apiVersion: 'audit.k8s.io/v1' });
  expect(exported[0].metadata).toBeUndefined();
});

test.for([
  ['since=yesterday', 'since must be a time of RFC 3339, such as 2026-01-31T12:00:00Z'],
  ['continue=abc', 'continue key is not valid'],
  ['labelSelector=a%3Db', 'audit events have no labels to select by'],
  ['fieldSelector=spec%3Db', 'field label not supported: spec'],
] as const)('%s is refused', async ([query, message]) => {
  const { json } = await api.send('GET', `${events}?${query}`);
  expect(json).toMatchObject({ code: 400, message: expect.stringContaining(message) });
});

test('a neighbour reads nothing of it, and nobody writes it', async () => {
  const stranger = await api.send('GET', `/clusters/default${events}`, { as: 'neighbour' });
  expect(stranger.status).toBe(403);
  const own = await api.send('GET', events, { as: 'neighbour' });
  expect(JSON.stringify(own.json)).not.toContain('"written"');
  for (const [method, path] of [
    ['POST', '/apis/audit.berth.dev/v1/namespaces/n/events'],
    ['DELETE', events],
    ['DELETE', '/apis/audit.berth.dev/v1/namespaces/n/events/1-1'],
    ['PUT', '/apis/audit.berth.dev/v1/namespaces/n/events/1-1'],
  ] as const) {
    expect((await api.send(method, path, { body: {} })).status).toBe(405);
  }
});
