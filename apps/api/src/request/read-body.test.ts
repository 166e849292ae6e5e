import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { bodyTimeoutMs } from './read-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => api.close());

test('a body that trickles in is given up, and nothing of it is stored', async () => {
  const authorization = `Bearer ${await api.token('default')}`;
  // What the server keeps of a cluster it has by now, so that the time which the test turns is the body's alone.
  await api.send('GET', '/api/v1/namespaces');
  const before = await api.store.cluster('default').head();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const call = request(`${api.url}/api/v1/namespaces`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'content-length': '50' },
  });
  const answered = new Promise<unknown>((resolve, reject) => {
    call.once('response', (answer) => resolve(json(answer))).once('error', reject);
  });
  call.write('{"metadata":');
  let answer: unknown;
  void answered.then((value) => (answer = value));
  // Real time bounds the wait: the test's own timeout is no faked timer.
  while (answer === undefined) {
    await turn();
    vi.advanceTimersByTime(bodyTimeoutMs / 100);
  }
  call.destroy();
  expect(answer).toMatchObject({
    code: 504,
    reason: 'Timeout',
    message: expect.stringContaining('60 seconds'),
  });
  vi.useRealTimers();
  expect(await api.store.cluster('default').head()).toBe(before);
});
