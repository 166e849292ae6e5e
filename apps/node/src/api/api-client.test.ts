import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiClient, connectionPool } from './api-client.ts';

/** An API server that answers when the test says so. */
let bodies: string[];
let held: ServerResponse[];
let isHolding: boolean;
let onRequest: () => void;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    bodies.push(Buffer.concat(chunks).toString());
    if (isHolding) held.push(response);
    else response.end('{}');
    onRequest();
  });
});
let pool: ReturnType<typeof connectionPool>;
let api: ApiClient;

beforeEach(async () => {
  [bodies, held, isHolding, onRequest] = [[], [], true, () => {}];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  pool = connectionPool({ ca: undefined, nodes: 1 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = new ApiClient({ url, pool, token: { read: async () => 'token', forget: () => {} } });
});
afterEach(async () => {
  await pool.agent.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const path = (name: number) => `/clusters/default/api/v1/namespaces/shop/pods/p-${name}/status`;

test('a patch that waits for others says how things are when its turn comes', async () => {
  let state = 'before';
  let made = 0;
  const patches = Array.from({ length: 200 }, (_, name) =>
    api.patchLatest(path(name), 'application/merge-patch+json', () => ({ name, state, made: ++made })),
  );
  await new Promise<void>((resolve) => (onRequest = () => bodies.length === made && resolve()));
  const early = made;
  expect(early).toBeLessThan(200);
  state = 'after';
  isHolding = false;
  for (const response of held) response.end('{}');
  await Promise.all(patches);
  const states = bodies.map((body) => (JSON.parse(body) as { state: string }).state);
  expect(states.filter((each) => each === 'before')).toHaveLength(early);
  expect(states.filter((each) => each === 'after')).toHaveLength(200 - early);
});

test('a patch that has nothing to say when its turn comes is not sent, and gives its place to the next', async () => {
  isHolding = false;
  const silent = Array.from({ length: 200 }, (_, name) =>
    api.patchLatest(path(name), 'application/merge-patch+json', () => undefined),
  );
  const spoken = api.patchLatest(path(200), 'application/merge-patch+json', () => ({ name: 200 }));
  expect(await Promise.all(silent)).toEqual(silent.map(() => undefined));
  expect(await spoken).toEqual({});
  expect(bodies).toEqual(['{"name":200}']);
});
