import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { thisMachinesUsage } from '../fleet/node-usage.ts';
import { podOf, shell, TestAgent } from '../testing/test-agent.ts';

let agent: TestAgent;
beforeEach(async () => {
  agent = await TestAgent.start();
});
afterEach(() => agent.close());

const get = async (path: string) => {
  const headers = { authorization: `Bearer ${await agent.api.agentToken()}` };
  const response = await fetch(`http://127.0.0.1:${agent.port}${path}`, { headers });
  return { status: response.status, text: await response.text() };
};

it('a cluster is told what its own pods use, the fleet what all of the machine does', async () => {
  const burn = 'head -c 300000 /dev/zero; while :; do :; done';
  agent.api.putPod(
    podOf('busy', { volumes: [{ name: 'v', emptyDir: {} }], containers: [shell('main', burn)] }),
  );
  await agent.api.untilPod('busy', ({ phase }) => phase === 'Running');
  const summaryOf = async (cluster: string) => {
    const { status, text } = await get(`/clusters/${cluster}/nodes/node-1/stats/summary`);
    expect(status).toBe(200);
    return JSON.parse(text);
  };
  await expect
    .poll(async () => (await summaryOf('default')).pods[0]?.cpu.usageCoreNanoSeconds, { timeout: 15_000 })
    .toBeGreaterThan(0);
  const own = await summaryOf('default');
  expect(own.pods).toHaveLength(1);
  const [pod] = own.pods;
  expect(pod).toMatchObject({
    podRef: { name: 'busy', namespace: 'shop', uid: expect.any(String) },
    startTime: expect.any(String),
    volume: [{ name: 'v', usedBytes: 0 }],
    containers: [{ name: 'main', startTime: expect.any(String) }],
    process_stats: { process_count: 1 },
  });
  expect(pod.containers[0].memory.workingSetBytes).toBeGreaterThan(100_000);
  expect(pod.containers[0].memory.rssBytes).toBeGreaterThan(100_000);
  expect(pod.containers[0].cpu.usageNanoCores).toBeGreaterThan(0);
  expect(pod.containers[0].logs.usedBytes).toBeGreaterThanOrEqual(300_000);
  expect(own.node.memory.workingSetBytes).toBe(pod.memory.workingSetBytes);

  const fleet = await summaryOf('system');
  expect(fleet.pods).toHaveLength(1);
  expect(fleet.node.memory.workingSetBytes).toBeGreaterThan(own.node.memory.workingSetBytes);
  expect(fleet.node.fs.capacityBytes).toBeGreaterThan(0);
  expect(fleet.node.rlimit.curproc).toBeGreaterThan(1);
  expect((await summaryOf('another')).pods).toEqual([]);
});

it('the metrics of resources say the same', async () => {
  agent.api.putPod(podOf('web', { containers: [shell('main', 'while :; do sleep 0.1; done')] }));
  await agent.api.untilPod('web', ({ phase }) => phase === 'Running');
  const { text } = await get('/clusters/default/nodes/node-1/metrics/resource');
  expect(text).toMatch(
    /^# TYPE container_cpu_usage_seconds_total counter\ncontainer_cpu_usage_seconds_total\{container="main",namespace="shop",pod="web"\} [\d.e-]+ \d+$/m,
  );
  expect(text).toMatch(/^node_memory_working_set_bytes \d+ \d+$/m);
  expect(text).toMatch(/^resource_scrape_error 0$/m);
});

it('a node that the agent does not run has no stats, and nobody but the API server gets any', async () => {
  expect(await get('/clusters/default/nodes/other/stats/summary')).toEqual({
    status: 404,
    text: 'node "other" does not exist',
  });
  const response = await fetch(`http://127.0.0.1:${agent.port}/clusters/default/nodes/node-1/stats/summary`);
  expect(response.status).toBe(401);
});

it('a machine uses memory, processor time and storage', async () => {
  const directory = await mkdtemp(`${tmpdir()}/berth-usage-`);
  const now = new Date();
  const { total, storage, startedAt } = thisMachinesUsage(directory, now);
  await rm(directory, { recursive: true });
  expect(total.cpuNanoSeconds).toBeGreaterThan(0);
  expect(total.workingSetBytes).toBeGreaterThan(0);
  expect(storage.usedBytes + storage.availableBytes).toBeLessThanOrEqual(storage.capacityBytes);
  expect(startedAt.getTime()).toBeLessThan(now.getTime());
});
