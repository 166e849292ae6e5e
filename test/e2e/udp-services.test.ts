import { createSocket } from 'node:dgram';
import { on, once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'process:1' });
});
afterAll(() => instance?.remove());

/** Answers by both protocols on one number, as name servers do. */
const server = `
const { POD_IP, HOSTNAME } = process.env;
const udp = require('node:dgram').createSocket('udp4');
udp.on('message', (heard, from) => udp.send(HOSTNAME + ' ' + process.pid + ' ' + heard, from.port, from.address));
udp.bind(5353, POD_IP);
require('node:net').createServer((socket) => socket.end('tcp ' + HOSTNAME)).listen(5353, POD_IP);
`;

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'names' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'names' } },
    template: {
      metadata: { labels: { app: 'names' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'server',
            image: 'names',
            command: [process.execPath, '-e', server],
            ports: [
              { name: 'dns', containerPort: 5353, protocol: 'UDP' },
              { name: 'dns-tcp', containerPort: 5353 },
            ],
            readinessProbe: { tcpSocket: { port: 5353 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};

const json = async (...args: string[]) => JSON.parse(await instance.ok('get', ...args, '-o', 'json'));

/** A client of its own, that asks again until it is answered, as clients of UDP do. */
async function startClient(host: string, port: number) {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const ask = (text: string): Promise<string> =>
    eventually('an answer', async () => {
      const messages = on(socket, 'message', { signal: AbortSignal.timeout(1000) });
      socket.send(text, port, host);
      for await (const [heard] of messages as AsyncIterable<[Buffer]>) {
        // An earlier question that was asked again has more than one answer.
        if (String(heard).endsWith(` ${text}`)) return String(heard);
      }
      return undefined;
    });
  return { ask, close: () => socket.close() };
}

test('a UDP Service is exposed, shown and answered, also when a server is killed or deleted', async () => {
  expect((await instance.apply(JSON.stringify(deployment))).code).toBe(0);
  await instance.ok('rollout', 'status', 'deployment/names', '--timeout=60s');
  expect(
    await instance.ok('expose', 'deployment/names', '--protocol=UDP', '--port=53', '--target-port=dns'),
  ).toContain('service/names exposed');
  const { spec } = await json('service', 'names');
  expect(spec.ports).toEqual([{ port: 53, protocol: 'UDP', targetPort: 'dns' }]);

  expect(await instance.ok('get', 'service', 'names')).toMatch(
    /names +ClusterIP +127\.\S+ +<none> +53\/UDP /,
  );
  const slices = ['endpointslices', '-l', 'kubernetes.io/service-name=names'];
  await eventually('both are endpoints', async () => {
    const [slice] = (await json(...slices)).items;
    return slice?.endpoints?.length === 2;
  });
  const described = await instance.ok('describe', 'service', 'names');
  expect(described).toMatch(
    /Port: +<unset> +53\/UDP\nTargetPort: +dns\/UDP\nEndpoints: +\S+:5353,\S+:5353\n/,
  );
  expect(await instance.ok('get', ...slices)).toMatch(/names-\S+ +IPv4 +5353 +127\.\S+,127\.\S+ /);
  const [slice] = (await json(...slices)).items;
  expect(slice.ports).toEqual([{ name: '', port: 5353, protocol: 'UDP' }]);

  const client = await startClient(spec.clusterIP, 53);
  const other = await startClient(spec.clusterIP, 53);
  try {
    const [pod = '', pid = ''] = (await client.ask('hello')).split(' ');
    expect(await client.ask('again')).toBe(`${pod} ${pid} again`);
    const [second] = (await other.ask('hello')).split(' ');
    expect(second).not.toBe(pod);
    process.kill(Number(pid), 'SIGKILL');
    await eventually('another process answers', async () => (await client.ask('more')).split(' ')[1] !== pid);
    await instance.ok('delete', 'pod', second ?? '', '--wait=false');
    await eventually('another pod answers', async () => (await other.ask('more')).split(' ')[0] !== second);
  } finally {
    client.close();
    other.close();
  }
}, 90_000);

test('a Service has TCP and UDP on one number, and one node port for both', async () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'both' },
    spec: {
      type: 'NodePort',
      selector: { app: 'names' },
      ports: [
        { name: 'dns', protocol: 'UDP', port: 53, targetPort: 'dns' },
        { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 'dns-tcp' },
      ],
    },
  };
  expect((await instance.apply(JSON.stringify(service))).code).toBe(0);
  const { spec } = await json('service', 'both');
  const [{ nodePort }, { nodePort: ofTcp }] = spec.ports;
  expect(ofTcp).toBe(nodePort);
  expect(await instance.ok('get', 'service', 'both')).toContain(`53:${nodePort}/UDP,53:${nodePort}/TCP`);
  for (const [host, port] of [
    [spec.clusterIP, 53],
    ['127.0.0.1', nodePort],
  ]) {
    const client = await startClient(host, port);
    expect(await client.ask('hello')).toMatch(/^names-\S+ \d+ hello$/);
    client.close();
    const tcp = await eventually('the port is offered', async () => {
      const socket = connect({ host, port });
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return text;
    });
    expect(tcp).toMatch(/^tcp names-/);
  }
}, 60_000);
