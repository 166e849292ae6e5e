import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:1' });
});
afterAll(() => instance?.remove());

const limits = `
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec:
  limits:
    - type: Container
      max: {cpu: "1", memory: 1Gi}
      min: {cpu: 50m}
      default: {cpu: 500m}
      defaultRequest: {cpu: 100m}
      maxLimitRequestRatio: {cpu: "8"}
`;

test('kubectl shows limits, and pods are judged by them whoever creates them', async () => {
  expect((await instance.apply(limits)).code).toBe(0);
  const described = await instance.ok('describe', 'limits');
  const rows = described.split('\n').map((line) => line.trim().split(/\s{2,}/));
  expect(rows).toContainEqual([
    'Type',
    'Resource',
    'Min',
    'Max',
    'Default Request',
    'Default Limit',
    'Max Limit/Request Ratio',
  ]);
  expect(rows).toContainEqual(['Container', 'cpu', '50m', '1', '100m', '500m', '8']);
  expect(rows).toContainEqual(['Container', 'memory', '-', '1Gi', '1Gi', '1Gi', '-']);
  expect((await instance.ok('get', 'limits')).split('\n')[0]?.split(/\s{2,}/)).toEqual([
    'NAME',
    'CREATED AT',
  ]);

  await instance.ok('run', 'filled', '--image=busybox');
  const shown = ['get', 'pod', 'filled', '-o', 'jsonpath={.spec.containers[0].resources}'];
  expect(JSON.parse(await instance.ok(...shown))).toEqual({
    limits: { cpu: '500m', memory: '1Gi' },
    requests: { cpu: '100m', memory: '1Gi' },
  });

  const overrides = JSON.stringify({
    spec: { containers: [{ name: 'greedy', image: 'busybox', resources: { limits: { cpu: '2' } } }] },
  });
  const refused = await instance.kubectl('run', 'greedy', '--image=busybox', `--overrides=${overrides}`);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    'Error from server (Forbidden): pods "greedy" is forbidden: maximum cpu usage per Container is 1, but limit is 2\n',
  ]);

  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'greedy' },
    spec: {
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'c', image: 'busybox', resources: { limits: { cpu: '2' } } }],
        },
      },
    },
  };
  expect((await instance.apply(JSON.stringify(job))).code).toBe(0);
  const told =
    /Warning\s+FailedCreate\s.*job-controller\s+Error creating: pods "greedy-\w{5}" is forbidden: maximum cpu usage per Container is 1, but limit is 2/;
  await eventually('the Job is told', async () => told.test(await instance.ok('describe', 'job/greedy')));
});
