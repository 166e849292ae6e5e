import { connect, type ClientHttp2Session } from 'node:http2';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../test/support/api.ts';
import { selfSignedCertificate } from '../../../test/support/self-signed.ts';
import { openWatch } from '../../../test/support/watch-client.ts';

let certificate: { certificate: string; key: string };
let api: TestApi | undefined;
beforeAll(async () => {
  certificate = await selfSignedCertificate();
});
afterEach(async () => {
  await api?.close();
  api = undefined;
});

const startSecure = () => startTestApi({ https: { port: 0, host: '127.0.0.1', ...certificate } });

function overHttp1(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${url}/version`, { ca: certificate.certificate, servername: 'localhost' }, (answer) => {
      text(answer).then(resolve, reject);
    })
      .on('error', reject)
      .end();
  });
}

async function overHttp2(session: ClientHttp2Session, path: string, token = ''): Promise<string> {
  return text(session.request({ ':path': path, authorization: `Bearer ${token}` }));
}

test('HTTP/1.1 and HTTP/2 are served on one port', async () => {
  api = await startSecure();
  const session = connect(api.httpsUrl, { ca: certificate.certificate, servername: 'localhost' });
  const [one, two] = await Promise.all([overHttp1(api.httpsUrl), overHttp2(session, '/version')]);
  expect(one).toBe(two);
  expect(JSON.parse(one)).toMatchObject({ major: '1', minor: '36' });
  const token = await api.token('default');
  const body = JSON.stringify({ metadata: { name: 'by-http2' } });
  const write = session.request({
    ':method': 'POST',
    ':path': '/api/v1/namespaces',
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  });
  write.end(body);
  expect(JSON.parse(await text(write))).toMatchObject({ kind: 'Namespace', metadata: { name: 'by-http2' } });
  session.close();
});

test('closing ends watches in order and takes no more requests', async () => {
  const served = await startSecure();
  const token = await served.token('default');
  const session = connect(served.httpsUrl, { ca: certificate.certificate, servername: 'localhost' });
  session.on('error', () => undefined);
  const watched = overHttp2(session, '/api/v1/configmaps?watch=1&allowWatchBookmarks=true', token);
  const events = await openWatch(`${served.url}/api/v1/configmaps?watch=1`, {
    authorization: `Bearer ${token}`,
  });
  await served.close();
  await events.ended;
  expect([await watched, events.seen]).toEqual(['', []]);
  await expect(fetch(`${served.url}/version`)).rejects.toThrow('fetch failed');
});

test('a port that is taken is an error, and nothing is left listening', async () => {
  api = await startSecure();
  const port = Number(new URL(api.httpsUrl).port);
  await expect(startTestApi({ https: { port, host: '127.0.0.1', ...certificate } })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
