import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:1' });
});
afterAll(() => instance?.remove());

const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'wide' },
  spec: {
    parallelism: 5,
    completions: 5,
    template: {
      metadata: { annotations: { 'simulated.berth.dev/run-seconds': '600' } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] },
    },
  },
};

const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));

test('kubectl makes and shows a quota, and a Job gets the pods that it leaves room for', async () => {
  await instance.ok('create', 'quota', 'small', '--hard=pods=3,count/jobs.batch=2,configmaps=5');
  await eventually('the quota counts what is there', async () => {
    const [names, cells] = rowsOf(await instance.ok('get', 'quota', 'small'));
    expect(names).toEqual(['NAME', 'REQUEST', 'LIMIT', 'AGE']);
    expect(cells?.slice(0, 2)).toEqual(['small', 'configmaps: 1/5, count/jobs.batch: 0/2, pods: 0/3']);
    return true;
  });

  expect((await instance.apply(JSON.stringify(job))).code).toBe(0);
  await eventually('three pods are there', async () => {
    expect(rowsOf(await instance.ok('describe', 'quota', 'small'))).toEqual(
      expect.arrayContaining([
        ['Resource', 'Used', 'Hard'],
        ['configmaps', '1', '5'],
        ['count/jobs.batch', '1', '2'],
        ['pods', '3', '3'],
      ]),
    );
    return true;
  });
  const refused = await instance.kubectl('run', 'fourth', '--image=busybox');
  expect([refused.code, refused.stderr]).toEqual([
    1,
    'Error from server (Forbidden): pods "fourth" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3\n',
  ]);
  expect(await instance.ok('describe', 'job', 'wide')).toMatch(
    /FailedCreate .* Error creating: pods "wide-\w{5}" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3/,
  );

  await instance.ok('patch', 'quota', 'small', '--patch={"spec":{"hard":{"pods":"5"}}}');
  await eventually('the Job has all of its pods', async () => {
    expect(await instance.ok('get', 'job', 'wide', '-o', 'jsonpath={.status.active}')).toBe('5');
    return true;
  });
});

test('a quota counts Services, their node ports and load balancers', async () => {
  await instance.ok('create', 'namespace', 'counted');
  const hard = 'services=3,services.nodeports=3,services.loadbalancers=1';
  await instance.ok('-n', 'counted', 'create', 'quota', 'edge', `--hard=${hard}`);
  const create = (...args: string[]) => instance.kubectl('-n', 'counted', 'create', 'service', ...args);
  expect((await create('nodeport', 'two', '--tcp=80', '--tcp=81')).code).toBe(0);
  expect((await create('loadbalancer', 'one', '--tcp=80')).code).toBe(0);
  const used = async () =>
    JSON.parse(await instance.ok('-n', 'counted', 'get', 'quota', 'edge', '-o', 'jsonpath={.status.used}'));
  expect(await used()).toEqual({ services: '2', 'services.loadbalancers': '1', 'services.nodeports': '3' });
  expect((await create('nodeport', 'more', '--tcp=80')).stderr).toMatch(
    /exceeded quota: edge, requested: services\.nodeports=1, used: services\.nodeports=3, limited: services\.nodeports=3/,
  );
  expect((await create('loadbalancer', 'more', '--tcp=80')).stderr).toMatch(/services\.loadbalancers=1/);
  expect((await create('clusterip', 'plain', '--tcp=80')).code).toBe(0);
  expect((await create('clusterip', 'fourth', '--tcp=80')).stderr).toMatch(
    /exceeded quota: edge, requested: services=1/,
  );
  await instance.ok('-n', 'counted', 'delete', 'service', 'two', 'one');
  expect(await used()).toEqual({ services: '1', 'services.loadbalancers': '0', 'services.nodeports': '0' });
});
