import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { runClient } from '../support/real-clients.ts';

let instance: Instance;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-tokens-'));
  instance = await startInstance({ nodes: 'simulated:1' });
});
afterAll(async () => {
  await instance?.remove();
  await rm(directory, { recursive: true, force: true });
});

/** kubectl with a token in place of the administrator's: one on its command line would not replace that. */
async function kubectlAs(token: string, ...args: string[]) {
  const config = parse(await readFile(instance.kubeconfig, 'utf8'));
  config.users = config.users.map(({ name }: { name: string }) => ({ name, user: { token } }));
  const kubeconfig = join(directory, 'config');
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  return runClient('kubectl', { kubeconfig, home: directory }, { args });
}

const manifest = `
apiVersion: access.berth.dev/v1
kind: Token
metadata:
  name: ci
spec:
  type: Deploy
  scope:
    namespaces: [default]
    verbs: [get, list, create]
`;

test('kubectl makes a deploy token, lists it, works within its scope, and ends it', async () => {
  const file = join(directory, 'token.yaml');
  await writeFile(file, manifest);
  const token = await instance.ok('create', '-f', file, '-o', 'jsonpath={.status.token}');
  expect(token).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(await instance.ok('get', 'tokens')).toMatch(/^ci +Deploy +admin +\d{4}-.*<never>/m);

  expect((await kubectlAs(token, 'get', 'configmaps')).code).toBe(0);
  const made = await kubectlAs(token, 'create', 'configmap', 'by-ci', '--from-literal=a=b');
  expect(made).toMatchObject({ code: 0, stdout: 'configmap/by-ci created\n' });
  for (const args of [
    ['get', 'configmaps', '-A'],
    ['delete', 'configmap', 'by-ci'],
    ['get', 'secrets', '-n', 'kube-system'],
  ]) {
    const refused = await kubectlAs(token, ...args);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Forbidden')]);
  }
  expect((await kubectlAs(token, 'auth', 'whoami', '-o', 'yaml')).stdout).toContain(
    'authentication.kubernetes.io/credential-id',
  );
  await eventually('the use is shown', async () =>
    /^ci +Deploy +admin +\d{4}-\S+ +\d{4}-/m.test(await instance.ok('get', 'tokens')),
  );

  await instance.ok('delete', 'token', 'ci');
  const isRefused = async () => (await kubectlAs(token, 'get', 'configmaps')).stderr;
  await eventually('the token is refused', async () =>
    /Unauthorized|must be logged in/.test(await isRefused()),
  );
});

test('kubectl makes a token of a service account that is bound to a pod', async () => {
  await instance.ok('run', 'holder', '--image=busybox', '--restart=Never', '--', 'sleep', '600');
  const bound = ['--bound-object-kind=Pod', '--bound-object-name=holder', '--duration=15m'];
  const token = await instance.ok('create', 'token', 'default', ...bound);
  const who = await kubectlAs(token.trim(), 'auth', 'whoami');
  expect(who.stdout).toContain('system:serviceaccount:default:default');
  expect(who.stdout).toContain('holder');
  await instance.ok('delete', 'pod', 'holder', '--force', '--grace-period=0');
  await eventually('the token is refused', async () =>
    /Unauthorized|must be logged in/.test((await kubectlAs(token.trim(), 'auth', 'whoami')).stderr),
  );
});

test('the fleet’s administrator rotates the keys of a cluster with kubectl', async () => {
  const path = '/apis/platform.berth.dev/v1/namespaces/default/clusters/default/signingkeys';
  const admin = { kubeconfig: instance.adminKubeconfig, home: directory };
  const raw = (args: string[], stdin = '') => runClient('kubectl', admin, { args, stdin });
  const clusters = await raw(['get', 'clusters', '-A', '-o', 'jsonpath={.items[*].metadata.namespace}']);
  const own = path.replace('/namespaces/default/', `/namespaces/${clusters.stdout.split(' ')[0]}/`);
  const before = JSON.parse((await raw(['get', '--raw', own])).stdout);
  expect(before.status.keys).toHaveLength(2);
  const rotated = await raw(['create', '--raw', own, '-f', '-'], '{}');
  expect(JSON.parse(rotated.stdout).status.keys).toHaveLength(4);
  expect((await instance.kubectl('get', 'namespaces')).code).toBe(0);
});
