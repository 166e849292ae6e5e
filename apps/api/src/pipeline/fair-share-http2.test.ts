import { type ClientHttp2Session, connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { selfSignedCertificate } from '../../../../test/support/self-signed.ts';

let api: TestApi;
let session: ClientHttp2Session;
let authorization: string;
beforeAll(async () => {
  const fairShare = {
    requestsPerSecond: 10_000,
    requestBurst: 10_000,
    inFlight: 4,
    watches: 3,
    processSeats: 600,
  };
  api = await startTestApi({
    https: { port: 0, host: '127.0.0.1', ...(await selfSignedCertificate()) },
    fairShare,
  });
  authorization = `Bearer ${await api.token('default')}`;
  session = connect(api.httpsUrl, { rejectUnauthorized: false });
});
afterAll(async () => {
  session?.destroy();
  await api?.close();
});

/** One stream; the status when its headers are there. */
function open(path: string) {
  const stream = session.request({ ':path': path, authorization });
  stream.on('error', () => {});
  const status = new Promise<number>((resolve) => {
    stream.once('response', (headers) => resolve(Number(headers[':status'])));
  });
  return { stream, status };
}

test('seats of lists are free again after each of many, over one HTTP/2 connection', async () => {
  for (let at = 0; at < 20; at++) {
    const { stream, status } = open('/api/v1/namespaces');
    const body = await text(stream);
    expect([await status, JSON.parse(body).kind]).toEqual([200, 'NamespaceList']);
  }
});

test('places of watches are free again when their streams end, however they end', async () => {
  for (let round = 0; round < 3; round++) {
    const watches = await eventually('three watches have places', async () => {
      const opened = [1, 2, 3].map(() => open('/api/v1/namespaces?watch=1'));
      const statuses = await Promise.all(opened.map(({ status }) => status));
      if (statuses.every((status) => status === 200)) return opened;
      for (const { stream } of opened) stream.close();
      return undefined;
    });
    expect(await open('/api/v1/namespaces?watch=1').status).toBe(429);
    for (const { stream } of watches) stream.close();
  }
});
