import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({
    nodes: 'simulated:1',
    // kubectl asks for more than this at once when it has to find out what there is.
    environment: { BERTH_TENANT_REQUESTS_PER_SECOND: '2', BERTH_TENANT_REQUEST_BURST: '2' },
  });
}, 120_000);
afterAll(() => instance?.remove());

test('kubectl waits as it is told and gets its answer', async () => {
  for (let at = 0; at < 4; at++) {
    const { code, stdout, stderr } = await instance.kubectl('get', 'namespaces', '-o', 'name', '-v=6');
    expect(code, stderr).toBe(0);
    expect(stdout.split('\n')).toContain('namespace/default');
    if (stderr.includes('429')) return;
  }
  expect.unreachable('no request was refused');
}, 120_000);

test('kubectl shows the flow control of a cluster', async () => {
  const levels = await instance.ok('get', 'prioritylevelconfigurations');
  expect(levels.split('\n')[0]).toMatch(
    /^NAME +TYPE +NOMINALCONCURRENCYSHARES +QUEUES +HANDSIZE +QUEUELENGTHLIMIT +AGE$/,
  );
  const schemas = await instance.ok('get', 'flowschemas');
  expect(schemas.split('\n')[1]).toMatch(/^exempt +exempt +1 +<none> +\S+ +(\?|False)$/);
}, 120_000);
