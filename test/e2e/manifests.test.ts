import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Instance, startInstance } from '../support/instance.ts';

const example = (name: string): string => join(import.meta.dirname, `../../examples/${name}.yaml`);
let instance: Instance;

beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:1' });
});

afterAll(async () => {
  await instance?.remove();
});

test('pod.yaml is a pod of one container with a port', async () => {
  await instance.ok('apply', '-f', example('pod'));
  await instance.ok('wait', '--for=condition=Ready', 'pod/nginx', '--timeout=30s');
  const { spec, status } = JSON.parse(await instance.ok('get', 'pod', 'nginx', '-o', 'json'));
  expect(
    spec.containers.map(({ image, ports }: { image: string; ports: unknown }) => [image, ports]),
  ).toEqual([['nginx:1.7.9', [{ containerPort: 8090, protocol: 'TCP' }]]]);
  expect(status.phase).toBe('Running');
  expect(await instance.ok('describe', 'pod', 'nginx')).toMatch(/Port:\s+8090\/TCP/);
});

test('namespaces.yaml makes three environments, each with its own access rights, quota and objects', async () => {
  await instance.ok('apply', '-f', example('namespaces'));
  const environments = ['development', 'operations', 'test'];
  const listed = await instance.ok('get', 'namespaces', '-l', 'environment', '-o', 'name');
  expect(listed.trim().split('\n')).toEqual(environments.map((name) => `namespace/${name}`));

  await instance.ok('create', 'rolebinding', 'dev', '--clusterrole=edit', '--user=ada', '-n', 'development');
  const mayCreatePods = await Promise.all(
    environments.map((name) => instance.kubectl('auth', 'can-i', 'create', 'pods', '-n', name, '--as=ada')),
  );
  expect(mayCreatePods.map(({ stdout }) => stdout.trim())).toEqual(['yes', 'no', 'no']);

  for (const name of environments)
    await instance.ok('create', 'configmap', 'where', `--from-literal=environment=${name}`, '-n', name);
  await instance.ok('delete', 'configmap', 'where', '-n', 'operations');
  const here = (name: string) =>
    instance.kubectl('get', 'configmap', 'where', '-n', name, '-o', 'jsonpath={.data.environment}');
  const found = await Promise.all(environments.map(here));
  expect(found.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, 'development'],
    [1, ''],
    [0, 'test'],
  ]);

  // Five Jobs are the limit of `test` alone.
  const job = (index: number, name: string) =>
    instance.kubectl('create', 'job', `job-${index}`, '--image=busybox', '-n', name);
  for (let index = 1; index <= 6; index++) expect((await job(index, 'development')).code).toBe(0);
  const made: number[] = [];
  for (let index = 1; index <= 5; index++) made.push((await job(index, 'test')).code);
  expect(made).toEqual([0, 0, 0, 0, 0]);
  const sixth = await job(6, 'test');
  expect(sixth.code).toBe(1);
  expect(sixth.stderr).toContain(
    'exceeded quota: limits, requested: count/jobs.batch=1, used: count/jobs.batch=5, limited: count/jobs.batch=5',
  );
});

test('a manifest that is indented wrongly is refused with line and column when it is posted, and changes nothing', async () => {
  const token = await instance.ok('config', 'view', '--raw', '-o', 'jsonpath={.users[0].user.token}');
  const path = '/clusters/default/api/v1/namespaces/default/replicationcontrollers';
  const answer = await fetch(`${instance.httpUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/yaml' },
    body: await readFile(join(import.meta.dirname, 'misindented.yaml'), 'utf8'),
  });
  const status = (await answer.json()) as { kind: string; code: number; reason: string; message: string };
  expect([answer.status, status.kind, status.code, status.reason]).toEqual([
    400,
    'Status',
    400,
    'BadRequest',
  ]);
  expect(status.message).toMatch(/line \d+, column \d+/);
  expect(await instance.ok('get', 'replicationcontrollers', '-o', 'name')).toBe('');
});
