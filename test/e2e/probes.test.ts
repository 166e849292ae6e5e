import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance();
});
afterAll(async () => {
  await instance?.remove();
});

const loop = "trap 'exit 0' TERM; while :; do sleep 0.1; done";
async function create(name: string, container: object): Promise<void> {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', loop], ...container }] },
  };
  const applied = await instance.apply(JSON.stringify(manifest));
  expect(applied).toMatchObject({ code: 0 });
}
const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] } });
const field = (name: string, path: string) => instance.ok('get', 'pod', name, '-o', `jsonpath={${path}}`);

test('a pod that fails its liveness probe is restarted, and kubectl describe tells why', async () => {
  const well = join(instance.dataDirectory, 'well');
  const probe = { ...exec(`cat ${well}`), periodSeconds: 1, failureThreshold: 2 };
  await create('live', {
    command: ['sh', '-c', `touch ${well}; sleep 3; rm ${well}; ${loop}`],
    livenessProbe: probe,
  });
  await eventually('the container was restarted', async () => {
    return Number(await field('live', '.status.containerStatuses[0].restartCount')) >= 1;
  });
  const described = await eventually('describe tells of it', async () => {
    const text = await instance.ok('describe', 'pod', 'live');
    return text.includes('Unhealthy') && text.includes('Killing') && text;
  });
  expect(described).toMatch(
    /Warning\s+Unhealthy\s.*kubelet\s+.*Liveness probe failed: cat: .*No such file or directory/,
  );
  expect(described).toMatch(
    /Normal\s+Killing\s.*kubelet\s+.*Container main failed liveness probe, will be restarted/,
  );
  expect(described).toMatch(
    /Liveness:\s+exec \[sh -c cat .*\] delay=0s timeout=1s period=1s #success=1 #failure=2/,
  );
});

test('a readiness probe gates whether a pod is ready', async () => {
  const open = join(instance.dataDirectory, 'open');
  await create('gate', {
    readinessProbe: { ...exec(`[ -e ${open} ]`), periodSeconds: 1, failureThreshold: 1 },
  });
  await instance.ok('wait', '--for=jsonpath={.status.phase}=Running', 'pod/gate', '--timeout=30s');
  expect(await field('gate', '.status.conditions[?(@.type=="Ready")].reason')).toBe('ContainersNotReady');
  expect(await instance.ok('get', 'pod', 'gate')).toMatch(/gate\s+0\/1\s+Running\s+0/);
  await writeFile(open, '');
  await instance.ok('wait', '--for=condition=Ready', 'pod/gate', '--timeout=30s');
  expect(await instance.ok('get', 'pod', 'gate')).toMatch(/gate\s+1\/1\s+Running\s+0/);
});

test('a preStop hook runs at deletion, before the container is asked to stop', async () => {
  const journal = join(instance.dataDirectory, 'journal');
  await create('bye', {
    command: ['sh', '-c', `trap 'echo asked >> ${journal}; exit 0' TERM; while :; do sleep 0.1; done`],
    lifecycle: { preStop: exec(`sleep 0.5; echo hook >> ${journal}`) },
  });
  await instance.ok('wait', '--for=condition=Ready', 'pod/bye', '--timeout=30s');
  await instance.ok('delete', 'pod', 'bye', '--timeout=30s');
  expect(await readFile(journal, 'utf8')).toBe('hook\nasked\n');
});

test('what a container writes to its termination message file stands in its status', async () => {
  await create('last', {
    command: ['sh', '-c', 'printf "could not reach the database" > /dev/termination-log; exit 1'],
  });
  await eventually('the message is there', async () => {
    const text = await instance.ok('describe', 'pod', 'last');
    return text.includes('could not reach the database');
  });
});

test('the stats of a node and of its pods are read through the API', async () => {
  const node =
    (await instance.ok('get', 'nodes', '-o', 'name')).trim().split('\n')[0]?.replace('node/', '') ?? '';
  const summary = JSON.parse(await instance.ok('get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`));
  expect(summary.node).toMatchObject({ nodeName: node, cpu: { usageCoreNanoSeconds: expect.any(Number) } });
  const pod = summary.pods.find(({ podRef }: { podRef: { name: string } }) => podRef.name === 'gate');
  expect(pod.podRef).toMatchObject({ namespace: 'default', name: 'gate' });
  expect(pod.memory.workingSetBytes).toBeGreaterThan(0);
  expect(pod.containers[0]).toMatchObject({ name: 'main', memory: { workingSetBytes: expect.any(Number) } });
  const metrics = await instance.ok('get', '--raw', `/api/v1/nodes/${node}/proxy/metrics/resource`);
  expect(metrics).toMatch(/^pod_memory_working_set_bytes\{namespace="default",pod="gate"\} \d+ \d+$/m);
});
