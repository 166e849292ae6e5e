import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';
import { probe } from './turn-probe.ts';
import { builtinRegistry } from '@berth/kinds';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

/** A worker that does nothing but turns without writes. */
async function takeTurns(signal: AbortSignal): Promise<void> {
  const cluster = api.store.cluster('system');
  while (!signal.aborted) {
    const [expectedCursor, cursor] = await Promise.all([cluster.cursor(), cluster.head()]);
    const nothing = { writes: [], setTimers: [], clearTimers: [], outbox: [], claims: [], releases: [] };
    if (expectedCursor < cursor) {
      await cluster.commitTurn({ expectedCursor, cursor, coversOwnWrites: false, ...nothing });
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

test('ready means that a write, a read and a turn work', async () => {
  const stopped = new AbortController();
  const worker = takeTurns(stopped.signal);
  const ready = await api.send('GET', '/readyz?verbose', { as: null });
  expect([ready.status, ready.text]).toEqual([
    200,
    '[+]ping ok\n[+]shutdown ok\n[+]write ok\n[+]read ok\n[+]turn ok\nreadyz check passed\n',
  ]);
  expect((await api.send('GET', '/readyz', { as: null })).text).toBe('ok');
  stopped.abort();
  await worker;
});

test('without a worker the turn check fails, and says so', async () => {
  const result = await probe({ store: api.store, kinds: builtinRegistry, now: () => new Date() });
  expect(result).toEqual({
    write: { ok: true },
    read: { ok: true },
    turn: { ok: false, reason: 'no worker took a turn within 5 s' },
  });
  const unready = await api.send('GET', '/readyz', { as: null });
  expect([unready.status, unready.text]).toEqual([
    500,
    '[+]ping ok\n[+]shutdown ok\n[+]write ok\n[+]read ok\n[-]turn failed: no worker took a turn within 5 s\nreadyz check failed\n',
  ]);
  expect((await api.send('GET', '/readyz?exclude=turn', { as: null })).text).toBe('ok');
  expect((await api.send('GET', '/readyz/turn', { as: null })).status).toBe(500);
});

test.for(['/livez', '/healthz', '/livez/ping'])('%s asks nobody else', async (path) => {
  expect(await api.send('GET', path, { as: null })).toMatchObject({ status: 200, text: 'ok' });
});

test('/livez?verbose names its checks', async () => {
  expect((await api.send('GET', '/livez?verbose', { as: null })).text).toBe(
    '[+]ping ok\nlivez check passed\n',
  );
});

test('/version is a Kubernetes version with Berth’s own behind it', async () => {
  const { json } = await api.send('GET', '/version', { as: null });
  expect(json).toMatchObject({
    major: '1',
    minor: '36',
    gitVersion: expect.stringMatching(/^v1\.36\.0\+berth\./),
  });
});
