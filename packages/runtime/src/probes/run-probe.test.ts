import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { Container, Probe } from '@berth/kinds';
import { afterEach, describe, expect, it } from 'vitest';
import { runProbe } from './run-probe.ts';

const closing: Array<() => void> = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listening(server: Server | Http2Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

const serve = (handler: RequestListener) => listening(createHttpServer(handler));

function run(probe: Probe, container: Partial<Container> = {}) {
  return runProbe(
    { timeoutSeconds: 5, ...probe },
    {
      container: { name: 'main', ...container },
      host: '127.0.0.1',
      runCommand: () => Promise.resolve({ type: 'failed', message: 'no command here' }),
      signal: new AbortController().signal,
    },
  );
}

describe('an HTTP probe', () => {
  it.each([
    [200, { type: 'success' }],
    [204, { type: 'success' }],
    [399, { type: 'warning', output: 'Probe terminated redirects, Response body: body' }],
    [400, { type: 'failure', output: 'HTTP probe failed with statuscode: 400' }],
    [503, { type: 'failure', output: 'HTTP probe failed with statuscode: 503' }],
  ])('answered by %i is %j', async (status, expected) => {
    const port = await serve((_request, response) => {
      response.writeHead(status);
      response.end(status === 204 ? undefined : 'body');
    });
    expect(await run({ httpGet: { port } })).toEqual(expected);
  });

  it('asks for its path and query at the named port, with its headers and its Host', async () => {
    let asked: unknown;
    const port = await serve((request, response) => {
      const { url, headers } = request;
      asked = [url, headers.host, headers['x-one'], headers['user-agent'], headers.accept];
      response.end();
    });
    const httpHeaders = [
      { name: 'Host', value: 'example.test' },
      { name: 'X-One', value: 'a' },
      { name: 'X-One', value: 'b' },
    ];
    const outcome = await run(
      { httpGet: { port: 'web', path: '/healthz?full=1', httpHeaders } },
      { ports: [{ name: 'web', containerPort: port }] },
    );
    expect(outcome).toEqual({ type: 'success' });
    expect(asked).toEqual(['/healthz?full=1', 'example.test', 'a, b', 'kube-probe/1.36', '*/*']);
  });

  it('follows redirects on the same host, and takes one to another host for a warning', async () => {
    const port = await serve((request, response) => {
      const target = request.url === '/here' ? '/there' : request.url === '/away' ? 'http://other.test/' : '';
      if (target === '') response.writeHead(500);
      else response.writeHead(302, { location: target });
      response.end();
    });
    expect(await run({ httpGet: { port, path: '/here' } })).toEqual({
      type: 'failure',
      output: 'HTTP probe failed with statuscode: 500',
    });
    expect(await run({ httpGet: { port, path: '/away' } })).toMatchObject({ type: 'warning' });
  });

  it('stops after ten redirects', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(301, { location: '/again' });
      response.end();
    });
    expect(await run({ httpGet: { port } })).toEqual({
      type: 'failure',
      output: `Get "http://127.0.0.1:${port}/again": stopped after 10 redirects`,
    });
  });

  it('says in the words of the kubelet that nobody answers', async () => {
    const port = await closedPort();
    expect(await run({ httpGet: { port, path: '/x' } })).toEqual({
      type: 'failure',
      output: `Get "http://127.0.0.1:${port}/x": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
  });

  it('fails when the answer takes longer than its timeout', async () => {
    const port = await serve(() => {});
    expect(await run({ httpGet: { port }, timeoutSeconds: 1 })).toEqual({
      type: 'failure',
      output: `Get "http://127.0.0.1:${port}/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    });
  });

  it('of a port that the container does not name cannot be run', async () => {
    expect(await run({ httpGet: { port: 'web' } })).toMatchObject({ type: 'error' });
  });
});

describe('a TCP probe', () => {
  it('succeeds where somebody accepts', async () => {
    const port = await listening(createTcpServer((socket) => socket.on('error', () => {})));
    expect(await run({ tcpSocket: { port } })).toEqual({ type: 'success' });
  });

  it('fails where nobody does', async () => {
    const port = await closedPort();
    expect(await run({ tcpSocket: { port } })).toEqual({
      type: 'failure',
      output: `dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
  });
});

describe('a gRPC probe', () => {
  /** A health server: bytes of the answer, or a status without one. */
  async function health(answer: (service: string) => { status?: number; code?: number; message?: string }) {
    const server = createHttp2Server();
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        expect(headers[':path']).toBe('/grpc.health.v1.Health/Check');
        // Behind the frame's five bytes and the field's two.
        const service = Buffer.concat(chunks).subarray(7).toString();
        const { status, code = 0, message = '' } = answer(service);
        const trailers = { 'grpc-status': String(code), 'grpc-message': message };
        if (status === undefined) {
          stream.respond(
            { ':status': 200, 'content-type': 'application/grpc', ...trailers },
            { endStream: true },
          );
          return;
        }
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers(trailers));
        stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, status]));
      });
    });
    return listening(server);
  }

  it.each([
    [1, { type: 'success' }],
    [2, { type: 'failure', output: 'service unhealthy (responded with "NOT_SERVING")' }],
    [0, { type: 'failure', output: 'service unhealthy (responded with "UNKNOWN")' }],
  ])('of status %i is %j', async (status, expected) => {
    expect(await run({ grpc: { port: await health(() => ({ status })) } })).toEqual(expected);
  });

  it('asks for its service', async () => {
    const port = await health((service) => ({ status: service === 'shop.Orders' ? 1 : 2 }));
    expect(await run({ grpc: { port, service: 'shop.Orders' } })).toEqual({ type: 'success' });
    expect(await run({ grpc: { port, service: 'other' } })).toMatchObject({ type: 'failure' });
  });

  it('says what the server said', async () => {
    const unknown = await health(() => ({ code: 5, message: 'unknown service' }));
    expect(await run({ grpc: { port: unknown } })).toEqual({
      type: 'failure',
      output: 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
    });
    const without = await health(() => ({ code: 12, message: 'unknown method' }));
    expect(await run({ grpc: { port: without } })).toEqual({
      type: 'failure',
      output:
        'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown method',
    });
  });

  it('fails where nobody listens, and where nobody speaks HTTP/2', async () => {
    const port = await closedPort();
    expect(await run({ grpc: { port } })).toMatchObject({
      type: 'failure',
      output: `error: failed to connect service at "127.0.0.1:${port}": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
    const silent = await listening(createTcpServer((socket) => socket.on('error', () => {}).resume()));
    expect(await run({ grpc: { port: silent }, timeoutSeconds: 1 })).toEqual({
      type: 'failure',
      output: `timeout: failed to connect service "127.0.0.1:${silent}" within 1s: context deadline exceeded`,
    });
  });
});
