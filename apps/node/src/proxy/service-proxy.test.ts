import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '@berth/runtime';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import type { Backend } from './backends.ts';
import { ServiceProxy } from './service-proxy.ts';
import { type Frontend, frontendKey } from './service-table.ts';

const address = '127.64.201.7';
const open: Array<() => void> = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

let lastPort = 20_000 + (process.pid % 10_000);
const nextPort = (): number => (lastPort += 1);

async function backendThat(
  serve: (socket: Socket) => void,
  host = '127.1.201.7',
): Promise<Backend & { server: Server }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, host);
  await once(server, 'listening');
  open.push(() => server.close());
  return { address: host, port: (server.address() as AddressInfo).port, server };
}

function startProxy(port = nextPort()) {
  const planned = Promise.withResolvers<void>();
  const retry = { planned: planned.promise, fire: () => {} };
  // The clock of the machine, whose alarms ring when the test says so.
  const at: Clock['at'] = (_time, fire) => {
    retry.fire = fire;
    planned.resolve();
    return () => {};
  };
  const clock = { now: () => new Date(), at };
  const proxy = new ServiceProxy({ clock, log: pino({ level: 'silent' }), random: () => 0 });
  open.push(() => proxy.close());
  const own = { protocol: 'TCP' as const, address, port, service: 's' };
  const offer = (backends: Backend[], more: Partial<Frontend> = {}): void => {
    const frontend: Frontend = {
      ...own,
      backends,
      serving: backends,
      publishesUnready: false,
      affinityMs: undefined,
      ...more,
    };
    proxy.update(new Map([[frontendKey(frontend), frontend]]));
  };
  return { proxy, port, offer, retry };
}

/** What comes back after `text` was said and nothing more will be. */
async function ask(port: number, text: string, localAddress?: string): Promise<string> {
  const socket = connect({
    host: address,
    port,
    allowHalfOpen: true,
    ...(localAddress !== undefined && { localAddress }),
  });
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

const replies = (name: string) => (socket: Socket) => {
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  socket.on('end', () => socket.end(`${name} heard ${heard}`));
};

test('a connection goes to a backend, and an end of one side leaves the other one its say', async () => {
  const { port, offer } = startProxy();
  offer([await backendThat(replies('a'))]);
  expect(await ask(port, 'hello')).toBe('a heard hello');
});

test('a backend that is gone costs nobody a connection', async () => {
  const { port, offer } = startProxy();
  const gone = await backendThat(replies('gone'));
  gone.server.close();
  offer([gone, await backendThat(replies('b'))]);
  expect(await Promise.all([1, 2, 3, 4].map(() => ask(port, 'x')))).toEqual(Array(4).fill('b heard x'));
});

test('without a backend the connection is refused, and with one again it is not', async () => {
  const { port, offer } = startProxy();
  const backend = await backendThat(replies('a'));
  offer([backend]);
  expect(await ask(port, 'x')).toBe('a heard x');
  offer([]);
  await expect(ask(port, 'x')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  offer([backend]);
  expect(await ask(port, 'x')).toBe('a heard x');
});

test('a port that somebody else has is offered once it is free, and follows what is behind it', async () => {
  const other = createServer().listen(0, address);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { offer, retry } = startProxy(port);
  const backend = await backendThat(replies('a'));
  offer([backend]);
  await retry.planned;
  await new Promise((resolve) => other.close(resolve));
  retry.fire();
  expect(await eventually('the port is offered', () => ask(port, 'x'))).toBe('a heard x');
  offer([]);
  await expect(ask(port, 'x')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  offer([backend]);
  expect(await ask(port, 'x')).toBe('a heard x');
});

test('connections go on while what is behind the Service changes, and when it is offered no more', async () => {
  const { proxy, port, offer } = startProxy();
  const echo = await backendThat((socket) => socket.pipe(socket));
  offer([echo]);
  const socket = connect({ host: address, port });
  const say = async (text: string) => {
    socket.write(text);
    const [chunk] = await once(socket, 'data');
    return String(chunk);
  };
  expect(await say('one')).toBe('one');
  offer([await backendThat(replies('b'))]);
  expect(await say('two')).toBe('two');
  proxy.update(new Map());
  expect(await say('three')).toBe('three');
  socket.destroy();
});

test('a slow reader holds back who writes, and gets all of it', async () => {
  const size = 24 * 1024 * 1024;
  const { port, offer } = startProxy();
  let sent = 0;
  offer([
    await backendThat((socket) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (sent < size) {
          sent += chunk.length;
          if (!socket.write(chunk)) return;
        }
        socket.end();
      };
      socket.on('drain', more);
      more();
    }),
  ]);
  const socket = connect({ host: address, port });
  await once(socket, 'readable');
  // As long as nobody reads, only buffers fill.
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(sent).toBeLessThan(size);
  let received = 0;
  for await (const chunk of socket) received += (chunk as Buffer).length;
  expect(received).toBe(size);
});

test('a connection that breaks off at one end does at the other', async () => {
  const { port, offer } = startProxy();
  const closed: boolean[] = [];
  offer([
    await backendThat((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
      socket.once('close', () => closed.push(true));
    }),
  ]);
  const socket = connect({ host: address, port });
  socket.write('x');
  const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(closed).toEqual([true]);
});

test('clients that are told apart stay with their backends', async () => {
  const { port, offer } = startProxy();
  const backends = [await backendThat(replies('a')), await backendThat(replies('b'), '127.1.201.8')];
  offer(backends, { affinityMs: 60_000 });
  const from = async (client: string) => [
    await ask(port, '', client),
    await ask(port, '', client),
    await ask(port, '', client),
  ];
  const [one, two] = [await from('127.1.201.21'), await from('127.1.201.22')];
  expect([new Set(one).size, new Set(two).size]).toEqual([1, 1]);
  expect(one[0]).not.toBe(two[0]);
});
