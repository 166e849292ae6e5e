import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { randomBlows, strike } from './victims.ts';

const tenantNames = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);
/** ConfigMaps that a namespace may hold, and pods that may be active in it at once. */
const hard = { 'count/configmaps': 6, pods: 2 } as const;
const writersPerTenant = 3;
const completions = 6;

let instance: Instance;
let authorization = '';

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:2' });
  // Written by `berth up`: one user, with a token.
  const config = parse(await readFile(instance.adminKubeconfig, 'utf8')) as {
    users: [{ user: { token: string } }];
  };
  authorization = `Bearer ${config.users[0].user.token}`;
});

afterAll(async () => {
  await instance?.remove();
});

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on whatever comes
  readonly json: any;
}

async function send(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(instance.httpUrl + path, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: answer.status, json: await answer.json() };
}

async function make(path: string, body: object): Promise<void> {
  const { status, json } = await send('POST', path, body);
  if (status !== 201) throw new Error(`${path}: ${status} ${json.message}`);
}

const platform = '/clusters/system/apis/platform.berth.dev/v1';
const inDefault = (tenant: string) => `/clusters/${tenant}/api/v1/namespaces/default`;

async function makeTenant(name: string): Promise<void> {
  await make(`${platform}/tenants`, { metadata: { name } });
  await make(`${platform}/namespaces/${name}/clusters`, { metadata: { name } });
  await make(`${inDefault(name)}/resourcequotas`, {
    metadata: { name: 'edge' },
    spec: { hard: { 'count/configmaps': String(hard['count/configmaps']), pods: String(hard.pods) } },
  });
  await make(`/clusters/${name}/apis/batch/v1/namespaces/default/jobs`, {
    metadata: { name: 'many' },
    spec: {
      completions,
      parallelism: completions,
      backoffLimit: 100,
      template: {
        spec: { restartPolicy: 'OnFailure', containers: [{ name: 'main', image: 'simulated' }] },
      },
    },
  });
}

/** What one tenant's writers were told. A request without an answer leaves its object's fate open. */
interface Told {
  readonly created: Set<string>;
  readonly deleted: Set<string>;
  readonly open: Set<string>;
  refusals: number;
}

/** Creates ConfigMaps until the quota refuses one, and then deletes one of its own, again and again. */
async function writeAtTheEdge(tenant: string, told: Told, isOver: () => boolean): Promise<void> {
  const path = `${inDefault(tenant)}/configmaps`;
  const own: string[] = [];
  while (!isOver()) {
    const name = `edge-${randomUUID().slice(0, 8)}`;
    try {
      const { status, json } = await send('POST', path, { metadata: { name } });
      if (status === 201) {
        told.created.add(name);
        own.push(name);
        continue;
      }
      if (status !== 403) throw new Error(json.message);
      expect(json.message).toContain('exceeded quota: edge, requested: count/configmaps=1');
      told.refusals += 1;
    } catch {
      told.open.add(name);
    }
    const victim = own.shift();
    if (victim === undefined) continue;
    try {
      const { status } = await send('DELETE', `${path}/${victim}`);
      (status === 200 ? told.deleted : told.open).add(victim);
    } catch {
      told.open.add(victim);
    }
  }
}

interface Event {
  readonly type: string;
  readonly object: { kind: string; metadata: { name: string }; status?: { phase?: string } };
}

/** The most that there ever was of something that counts, from the cluster's first revision on. */
async function most(path: string, counts: (object: Event['object']) => boolean): Promise<number> {
  const answer = await fetch(`${instance.httpUrl}${path}?watch=true&resourceVersion=1&timeoutSeconds=2`, {
    headers: { authorization },
  });
  expect(answer.status).toBe(200);
  const present = new Set<string>();
  let highest = 0;
  for (const line of (await answer.text()).split('\n').filter(Boolean)) {
    // The server writes one event a line.
    const { type, object } = JSON.parse(line) as Event;
    if (type === 'ERROR') throw new Error(line);
    if (type !== 'DELETED' && counts(object)) present.add(object.metadata.name);
    else present.delete(object.metadata.name);
    highest = Math.max(highest, present.size);
  }
  return highest;
}

const isActive = ({ status }: Event['object']): boolean =>
  !['Succeeded', 'Failed'].includes(status?.phase ?? '');

test('ten tenants at the edge of their quota over kill -9 of every part: nothing lost, nothing over quota', async () => {
  await Promise.all(tenantNames.map(makeTenant));
  const told = new Map(
    tenantNames.map((name): [string, Told] => [
      name,
      { created: new Set(), deleted: new Set(), open: new Set(), refusals: 0 },
    ]),
  );
  let isOver = false;
  const writing = [...told].flatMap(([tenant, its]) =>
    Array.from({ length: writersPerTenant }, () => writeAtTheEdge(tenant, its, () => isOver)),
  );
  try {
    await strike(instance, randomBlows());
    // Where parts were away for most of the time, some have yet to come to the edge.
    await eventually(
      'every tenant was refused something',
      () => [...told.values()].every(({ created, refusals }) => created.size > 0 && refusals > 0),
      60_000,
    );
  } finally {
    isOver = true;
  }
  await Promise.all(writing);

  for (const [tenant, { created, deleted, open, refusals }] of told) {
    expect([tenant, created.size > 0, refusals > 0]).toEqual([tenant, true, true]);
    const { items } = (await send('GET', `${inDefault(tenant)}/configmaps`)).json;
    const names = new Set<string>(items.map((item: { metadata: { name: string } }) => item.metadata.name));
    const lost = [...created].filter((name) => !deleted.has(name) && !open.has(name) && !names.has(name));
    const risen = [...deleted].filter((name) => names.has(name));
    expect([tenant, lost, risen]).toEqual([tenant, [], []]);
    expect(names.size).toBeLessThanOrEqual(hard['count/configmaps']);
    const { used } = (await send('GET', `${inDefault(tenant)}/resourcequotas/edge`)).json.status;
    expect([tenant, used['count/configmaps']]).toEqual([tenant, String(names.size)]);
  }
  for (const tenant of tenantNames) {
    await eventually(
      `the Job of ${tenant} is complete`,
      async () => {
        const { json } = await send('GET', `/clusters/${tenant}/apis/batch/v1/namespaces/default/jobs/many`);
        return json.status?.succeeded === completions;
      },
      120_000,
    );
    const maps = await most(`${inDefault(tenant)}/configmaps`, () => true);
    const pods = await most(`${inDefault(tenant)}/pods`, isActive);
    expect([tenant, maps <= hard['count/configmaps'], pods]).toEqual([tenant, true, hard.pods]);
  }
}, 400_000);
