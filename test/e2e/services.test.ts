import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'process:1' });
});
afterAll(() => instance?.remove());

/** A Service in the shape of the manifest that people begin with. */
const service = {
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name: 'my-service' },
  spec: { selector: { app: 'myapp' }, ports: [{ protocol: 'TCP', port: 80, targetPort: 9376 }] },
};

/**
 * A server that binds the address of its pod. It listens before it is ready and says so, and when it is told to end it
 * serves on for a moment, as long as somebody may not have heard of it. What it answers tells who it is, and whether it should
 * have been asked.
 */
const server = `
const started = Date.now();
let told = 0;
const state = () => (Date.now() - started < 700 ? 'early' : told && Date.now() - told > 4500 ? 'late' : 'ok');
const server = require('node:http').createServer((request, response) => {
  const isProbe = request.url === '/ready';
  response.writeHead(isProbe && state() !== 'ok' ? 503 : 200, { connection: 'close' });
  response.end(request.url === '/pid' ? String(process.pid) : state() + ' ' + process.env.HOSTNAME);
});
server.listen(9376, process.env.POD_IP);
process.on('SIGTERM', () => {
  told ||= Date.now();
  setTimeout(() => server.close(() => process.exit(0)), 5000);
});
`;

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'myapp' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'myapp' } },
    template: {
      metadata: { labels: { app: 'myapp' } },
      spec: {
        terminationGracePeriodSeconds: 10,
        containers: [
          {
            name: 'server',
            image: 'myapp',
            command: [process.execPath, '-e', server],
            ports: [{ containerPort: 9376 }],
            readinessProbe: { httpGet: { path: '/ready', port: 9376 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};

interface Place {
  readonly host: string;
  readonly port: number;
  /** Default: the one of the beginning. */
  readonly path?: string;
}

/** One request on a connection of its own. @throws what breaks it off */
function ask({ host, port, path = '/' }: Place, localAddress?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host, port, path, agent: false, ...(localAddress !== undefined && { localAddress }) },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

async function times<T>(count: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i += 1) results.push(await run());
  return results;
}

function counts(texts: readonly string[]): number[] {
  return [...Map.groupBy(texts, (text) => text).values()].map((each) => each.length);
}

/** As long as `during` takes, three clients ask all the time. @returns what they heard, which `during` sees come. */
async function underLoad(
  request: () => Promise<string>,
  during: (answers: readonly string[]) => Promise<void>,
): Promise<string[]> {
  let isOver = false;
  const answers: string[] = [];
  const load = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      answers.push(await request());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  // One that fails is told of by `Promise.all`.
  for (const each of load) each.catch(() => (isOver = true));
  try {
    await during(answers);
  } finally {
    isOver = true;
  }
  await Promise.all(load);
  return answers;
}

interface PodShape {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly podIP: string;
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>;
    readonly containerStatuses?: ReadonlyArray<{ readonly restartCount: number }>;
  };
}

const json = async (...args: string[]) => JSON.parse(await instance.ok('get', ...args, '-o', 'json'));
const readyPods = async (label = 'app=myapp'): Promise<PodShape[]> => {
  const { items } = (await json('pods', '-l', label)) as { items: PodShape[] };
  return items.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True'),
  );
};
const names = (pods: readonly PodShape[]): string[] => pods.map(({ metadata }) => metadata.name);
const restarts = ({ status }: PodShape): number => status.containerStatuses?.[0]?.restartCount ?? 0;

describe('three servers behind a Service', () => {
  let place: Place;

  beforeAll(async () => {
    expect((await instance.apply(JSON.stringify(service))).code).toBe(0);
    expect((await instance.apply(JSON.stringify(deployment))).code).toBe(0);
    await instance.ok('rollout', 'status', 'deployment/myapp', '--timeout=60s');
    const { spec } = await json('service', 'my-service');
    place = { host: spec.clusterIP, port: 80 };
    await eventually(
      'the node offers the Service',
      async () => (await times(9, () => ask(place))).length === 9,
    );
  });

  const expectEvenSpread = async () => {
    const evenly = counts(await times(300, () => ask(place)));
    expect(evenly).toHaveLength(3);
    for (const count of evenly) expect(Math.abs(count - 100)).toBeLessThanOrEqual(20);
  };

  test('each have an address of their own, and share the requests evenly', async () => {
    const addresses = (await readyPods()).map(({ status }) => status.podIP);
    expect(new Set(addresses).size).toBe(3);
    await expectEvenSpread();
  });

  test('are deleted and replaced under load, and a ready one answers every request', async () => {
    const before = names(await readyPods());
    const answers = await underLoad(
      () => ask(place),
      async (heard) => {
        for (const name of before) {
          await instance.ok('delete', 'pod', name, '--wait=false');
          await eventually('another one is ready in its place', async () => {
            const pods = names(await readyPods());
            return pods.length === 3 && !pods.includes(name);
          });
        }
        const after = names(await readyPods());
        await eventually('each of the new ones has answered', () =>
          after.every((name) => heard.includes(`ok ${name}`)),
        );
      },
    );
    expect(answers.filter((answer) => !answer.startsWith('ok '))).toEqual([]);
    const answered = new Set(answers.map((answer) => answer.slice('ok '.length)));
    for (const name of before) expect(answered).toContain(name);
    await expectEvenSpread();
  });

  test('are killed under load, and a ready one answers every request of a client that asks again once', async () => {
    let broken = 0;
    // What was on its way in a process that was killed breaks off; nothing else does.
    const askAgainOnce = () =>
      ask(place).catch((error: NodeJS.ErrnoException) => {
        expect(error.code).toBe('ECONNRESET');
        broken += 1;
        return ask(place);
      });
    const victims = await readyPods();
    const answers = await underLoad(askAgainOnce, async () => {
      for (const { metadata, status } of victims) {
        process.kill(Number(await ask({ host: status.podIP, port: 9376, path: '/pid' })), 'SIGKILL');
        await eventually('it runs again and is ready', async () => {
          const pods = await readyPods();
          const again = pods.find((pod) => pod.metadata.name === metadata.name);
          return pods.length === 3 && again !== undefined && restarts(again) === 1;
        });
      }
    });
    expect(answers.filter((answer) => !answer.startsWith('ok '))).toEqual([]);
    expect(broken).toBeLessThanOrEqual(3 * victims.length);
    await eventually(
      'all have their turn',
      async () => counts(await times(9, () => ask(place))).length === 3,
    );
    await expectEvenSpread();
  });

  test('keep a client where the Service says so', async () => {
    const patch = { spec: { sessionAffinity: 'ClientIP' } };
    await instance.ok('patch', 'service', 'my-service', '-p', JSON.stringify(patch));
    const ofClient = (address: string) => times(6, () => ask(place, address));
    await eventually(
      'the node has heard of it',
      async () => new Set(await ofClient('127.0.77.1')).size === 1,
    );
    const clients = await Promise.all(Array.from({ length: 6 }, (_, i) => ofClient(`127.0.77.${i + 2}`)));
    for (const answers of clients) expect(new Set(answers).size).toBe(1);
    expect(new Set(clients.flat()).size).toBe(3);
    await instance.ok(
      'patch',
      'service',
      'my-service',
      '-p',
      JSON.stringify({ spec: { sessionAffinity: 'None' } }),
    );
  });

  test('are reached by a port of the node', async () => {
    await instance.ok('patch', 'service', 'my-service', '-p', JSON.stringify({ spec: { type: 'NodePort' } }));
    const { spec } = await json('service', 'my-service');
    const { nodePort } = spec.ports[0];
    expect(await eventually('the node offers it', () => ask({ host: '127.0.0.1', port: nodePort }))).toMatch(
      /^ok myapp-/,
    );
  });

  test('are told to other pods by variables, and pods reach them by these', async () => {
    const script = `
const { MY_SERVICE_SERVICE_HOST: host, MY_SERVICE_SERVICE_PORT: port } = process.env;
require('node:http').get({ host, port, agent: false }, (response) => response.pipe(process.stdout));`;
    const client = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client' },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'client', image: 'client', command: [process.execPath, '-e', script] }],
      },
    };
    expect((await instance.apply(JSON.stringify(client))).code).toBe(0);
    await instance.ok('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/client', '--timeout=30s');
    expect(await instance.ok('logs', 'client')).toMatch(/^ok myapp-/);
  });

  test('leave nobody to connect to when they are gone', async () => {
    await instance.ok('scale', 'deployment', 'myapp', '--replicas=0');
    await eventually('connections are refused', () =>
      ask(place).then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
      ),
    );
    await instance.ok('scale', 'deployment', 'myapp', '--replicas=1');
    expect(await eventually('the Service answers again', () => ask(place))).toMatch(/^ok /);
  });
});
