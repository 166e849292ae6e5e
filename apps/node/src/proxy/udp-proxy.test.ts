import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { Backend } from './backends.ts';
import { ServiceProxy } from './service-proxy.ts';
import { type Frontend, frontendKey } from './service-table.ts';

const address = '127.64.202.7';
const open: Array<() => unknown> = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

let lastPort = 20_000 + (process.pid % 10_000);

async function socketAt(host: string, port = 0): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  let isOpen = true;
  socket.once('close', () => (isOpen = false));
  open.push(() => isOpen && socket.close());
  return socket;
}

/** Answers with its name, what it heard and who asked. */
async function backendNamed(name: string, port = 0): Promise<Backend> {
  const host = `127.1.202.${name.charCodeAt(0)}`;
  const socket = await socketAt(host, port);
  socket.on('message', (heard, from) =>
    socket.send(`${name} ${String(heard)} ${from.port}`, from.port, from.address),
  );
  return { address: host, port: socket.address().port };
}

/** Nobody listens there. */
const nobody = (name: string): Backend => ({ address: `127.1.202.${name.charCodeAt(0)}`, port: 9 });

/** `noneLeft`: there was a flow, and then none, so that nobody needs to look for quiet ones. */
function startProxy(options: { readonly maxFlows?: number } = {}) {
  let nowMs = 0;
  const noneLeft = Promise.withResolvers<void>();
  let alarms: Array<{ readonly atMs: number; readonly fire: () => void }> = [];
  const clock = {
    now: () => new Date(nowMs),
    at: (time: Date, fire: () => void) => {
      const alarm = { atMs: time.getTime(), fire };
      alarms.push(alarm);
      return () => {
        alarms = alarms.filter((other) => other !== alarm);
        noneLeft.resolve();
      };
    },
  };
  const pass = (ms: number): void => {
    const untilMs = nowMs + ms;
    for (;;) {
      const [next] = alarms.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (!next) break;
      alarms = alarms.filter((other) => other !== next);
      nowMs = next.atMs;
      next.fire();
    }
    nowMs = untilMs;
  };
  const proxy = new ServiceProxy({ clock, log: pino({ level: 'silent' }), random: () => 0, ...options });
  open.push(() => proxy.close());
  const table = new Map<string, Frontend>();
  const frontend = (protocol: Frontend['protocol'] = 'UDP') => {
    lastPort += 1;
    const own = {
      protocol,
      address,
      port: lastPort,
      service: 's',
      affinityMs: undefined,
      publishesUnready: false,
    };
    const offer = (backends: Backend[], more: Partial<Frontend> = {}): void => {
      const offered = { ...own, backends, serving: backends, ...more };
      table.set(frontendKey(offered), offered);
      proxy.update(table);
    };
    return { port: lastPort, offer };
  };
  return {
    ...frontend(),
    proxy,
    table,
    frontend,
    pass,
    planned: () => alarms.length,
    noneLeft: noneLeft.promise,
  };
}

/** One client, which is a port of an address. */
async function startClient(port: number, host = '127.0.0.1') {
  const socket = await socketAt(host);
  const say = (text: string): void => socket.send(text, port, address);
  const hear = async (): Promise<string> => {
    const [answer, from] = (await once(socket, 'message', { signal: AbortSignal.timeout(10_000) })) as [
      Buffer,
      { address: string; port: number },
    ];
    expect(from).toMatchObject({ address, port });
    return String(answer);
  };
  const ask = async (text: string): Promise<string> => {
    const answer = hear();
    say(text);
    return answer;
  };
  return { say, hear, ask, name: async () => (await ask('?')).split(' ')[0] };
}

test('a client stays with a backend, clients come to backends in turn, and answers come from the Service', async () => {
  const { port, offer } = startProxy();
  offer([await backendNamed('a'), await backendNamed('b'), await backendNamed('c')]);
  const clients = await Promise.all(Array.from({ length: 9 }, () => startClient(port)));
  const names: Array<string | undefined> = [];
  for (const client of clients) names.push(await client.name());
  expect(names.join('')).toBe('abcabcabc');
  for (const [index, client] of clients.entries()) expect(await client.name()).toBe(names[index]);
});

test('a burst before the flow is there arrives whole and in order', async () => {
  const { port, offer } = startProxy();
  const backend = await socketAt('127.1.202.1');
  const heard: string[] = [];
  backend.on('message', (text) => heard.push(String(text)));
  offer([{ address: '127.1.202.1', port: backend.address().port }]);
  const client = await startClient(port);
  const sent = Array.from({ length: 20 }, (_, i) => String(i));
  for (const text of sent) client.say(text);
  while (heard.length < sent.length) await once(backend, 'message');
  expect(heard).toEqual(sent);
});

test('a datagram that a backend refuses goes to the next one, and so does what follows', async () => {
  const { port, offer } = startProxy();
  offer([nobody('a'), nobody('b'), await backendNamed('c')]);
  const client = await startClient(port);
  expect(await client.ask('one')).toMatch(/^c one /);
  expect(await client.ask('two')).toMatch(/^c two /);
});

test('a backend that ends in the middle of a flow costs it no datagram', async () => {
  const { port, offer } = startProxy();
  const backend = await socketAt('127.1.202.97');
  backend.on('message', (_, from) => backend.send('a', from.port, from.address));
  offer([{ address: '127.1.202.97', port: backend.address().port }, await backendNamed('b')]);
  const client = await startClient(port);
  expect(await client.ask('one')).toBe('a');
  await new Promise<void>((resolve) => backend.close(resolve));
  expect(await client.ask('two')).toMatch(/^b two /);
});

test('what all refuse is lost, and what comes when one is there again is not', async () => {
  const { port, offer, noneLeft } = startProxy();
  offer([nobody('a'), nobody('b')]);
  const client = await startClient(port);
  client.say('lost');
  await noneLeft;
  const back = await backendNamed('c');
  offer([back]);
  expect(await client.ask('heard')).toMatch(/^c heard /);
});

test('a flow goes to a ready backend when its own is gone, and stays with one that still serves', async () => {
  const { port, offer } = startProxy();
  const [a, b] = [await backendNamed('a'), await backendNamed('b')];
  offer([a]);
  const client = await startClient(port);
  expect(await client.name()).toBe('a');
  offer([b], { serving: [a, b] });
  expect(await client.name()).toBe('a');
  offer([b]);
  expect(await client.name()).toBe('b');
});

test('clients of one address stay together where the Service wants it', async () => {
  const { port, offer } = startProxy();
  offer([await backendNamed('a'), await backendNamed('b')], { affinityMs: 60_000 });
  const names: Array<string | undefined> = [];
  for (const host of ['127.0.202.1', '127.0.202.2', '127.0.202.1', '127.0.202.2']) {
    names.push(await (await startClient(port, host)).name());
  }
  expect(names.join('')).toBe('abab');
});

test('a flow ends after 30 s of quiet, and one that went on for a while after 120 s', async () => {
  const { port, offer, pass, planned } = startProxy();
  offer([await backendNamed('a'), await backendNamed('b')]);
  const [brief, stream] = [await startClient(port), await startClient(port)];
  const [flowOfBrief, first] = [await brief.ask('1'), await stream.ask('1')];
  pass(3000);
  expect(await stream.ask('1')).toBe(first);
  pass(26_000);
  expect(await brief.ask('1')).toBe(flowOfBrief);
  pass(119_000);
  // By now the brief one has become a stream, too; neither has been quiet for long enough.
  expect(await brief.ask('1')).toBe(flowOfBrief);
  expect(await stream.ask('1')).not.toBe(first);
  pass(130_000);
  expect(planned()).toBe(0);
  const again = await startClient(port);
  const question = await again.ask('1');
  pass(36_000);
  expect(planned()).toBe(0);
  expect(await again.ask('1')).not.toBe(question);
});

test('there are so many flows at most, and the port that has most gives way', async () => {
  const { port, offer, frontend } = startProxy({ maxFlows: 3 });
  const other = frontend();
  offer([await backendNamed('a')]);
  other.offer([await backendNamed('b')]);
  const quiet = await startClient(other.port);
  const kept = await quiet.ask('1');
  const busy = await Promise.all([1, 2, 3, 4].map(() => startClient(port)));
  const flows: string[] = [];
  for (const client of busy) flows.push(await client.ask('1'));
  expect(await quiet.ask('1')).toBe(kept);
  expect(await busy[3]?.ask('1')).toBe(flows[3]);
  expect(await busy[0]?.ask('1')).not.toBe(flows[0]);
});

test('without a backend datagrams are refused; with one again they are not', async () => {
  const { port, offer } = startProxy();
  const backend = await backendNamed('a');
  offer([backend]);
  expect(await (await startClient(port)).name()).toBe('a');
  offer([]);
  const socket = createSocket('udp4');
  open.push(() => socket.close());
  socket.connect(port, address);
  await once(socket, 'connect');
  socket.send('x');
  const [refused] = await once(socket, 'error').catch((error: unknown) => [error]);
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
  offer([backend]);
  expect(await (await startClient(port)).name()).toBe('a');
});

test('a port number is there for both protocols, and each goes its own way', async () => {
  const { port, offer, table, proxy } = startProxy();
  const server = createServer((socket) => socket.end('tcp')).listen(0, '127.1.202.1');
  await once(server, 'listening');
  open.push(() => server.close());
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('it listens on a port');
  const tcp: Frontend = {
    protocol: 'TCP',
    address,
    port,
    backends: [{ address: '127.1.202.1', port: bound.port }],
    serving: [],
    publishesUnready: false,
    affinityMs: undefined,
    service: 's',
  };
  table.set(frontendKey(tcp), tcp);
  offer([await backendNamed('a')]);
  proxy.update(table);
  const response = await fetchTcp(port);
  expect(response).toBe('tcp');
  expect(await (await startClient(port)).name()).toBe('a');
});

async function fetchTcp(port: number): Promise<string> {
  const socket = connect({ host: address, port });
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}
