import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { type DeviceProvider, startDeviceProvider } from '../support/device-provider.ts';
import { eventually } from '../support/eventually.ts';
import { berth, berthProcess, type Instance, startInstance } from '../support/instance.ts';
import { type CommandResult, runClient } from '../support/real-clients.ts';

// Tests run several commands in a row, each a process of its own.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });
let instance: Instance;
let provider: DeviceProvider;
let home: string;

beforeAll(async () => {
  // So short that every command finds its token about to end, and renews the login.
  provider = await startDeviceProvider({ clientId: 'berth-cli', idTokenSeconds: 50 });
  instance = await startInstance({
    nodes: 'simulated:1',
    environment: { BERTH_ISSUER_ALLOW_CIDRS: '127.0.0.1/32' },
  });
  home = join(instance.dataDirectory, 'alice');
  await mkdir(join(home, 'bin'), { recursive: true });
  await symlink(join(import.meta.dirname, '../../apps/cli/src/main.ts'), join(home, 'bin/berth'));
  await symlink(process.execPath, join(home, 'bin/node'));
  const trusted = {
    apiVersion: 'platform.berth.dev/v1',
    kind: 'TrustedIssuer',
    metadata: { name: 'people', namespace: 'default' },
    spec: {
      issuer: provider.issuer,
      certificateAuthority: provider.certificateAuthority,
      audiences: ['berth-cli'],
      claims: [{ match: 'claims.email_verified == true', user: 'claims.email' }],
      deviceFlow: { clientId: 'berth-cli', scopes: ['email', 'offline_access'] },
    },
  };
  const admin = ['--kubeconfig', instance.adminKubeconfig];
  expect((await instance.apply(JSON.stringify(trusted), ...admin)).stderr).toBe('');
  const data = { BERTH_DATA_DIR: instance.dataDirectory };
  for (const args of [
    ['tenants', 'create', 'acme', '--owner', 'people:alice@example.com'],
    ['clusters', 'create', 'acme/prod'],
    ['tenants', 'create', 'rival'],
    ['clusters', 'create', 'rival/theirs'],
  ])
    expect(await berth(args, data)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await instance?.remove();
  await provider?.close();
});

const environment = () => ({ HOME: home, PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` });
const asAlice = (...args: string[]) => berth(args, environment());
const server = () => new URL(instance.url).host;

/** Logs in, and answers at the issuer's page as told. */
async function logIn(decision: 'approve' | 'deny', ...flags: string[]): Promise<CommandResult> {
  const ca = join(instance.dataDirectory, 'pki/ca.crt');
  const args = ['login', server(), '--certificate-authority', ca, '--tenant', 'acme', ...flags];
  const { child, result } = berthProcess(args, environment());
  let told = '';
  child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const [, code = ''] = await eventually('the code is shown', () =>
    /the code (\w+) within 10 min/.exec(told),
  );
  expect(told).toContain(`Open ${provider.issuer}/activate?code=${code}\n`);
  provider.decide(code, decision);
  return result;
}

describe('a login in a browser', () => {
  test('that is refused there ends with what was said', async () => {
    expect(await logIn('deny')).toMatchObject({ code: 3, stdout: '' });
  });

  test('needs nothing but the server, which names the issuer', async () => {
    const result = await logIn('approve');
    expect([result.code, result.stdout]).toEqual([
      0,
      `Logged in to ${instance.url} as "people:alice@example.com". This login is called "${server()}".\n`,
    ]);
    const contexts = JSON.parse((await asAlice('contexts', '-o', 'json')).stdout);
    expect(contexts).toMatchObject([{ name: server(), tenant: 'acme', login: provider.issuer }]);
  });

  test('asks which issuer, where the one that is named is none of the server’s', async () => {
    const ca = join(instance.dataDirectory, 'pki/ca.crt');
    const flags = ['--certificate-authority', ca, '--issuer', 'https://other.example'];
    const result = await asAlice('login', server(), ...flags);
    expect([result.code, result.stderr]).toEqual([
      2,
      expect.stringContaining(`names people (${provider.issuer}) to log in at, not https://other.example`),
    ]);
  });

  test('lets an owner work in the clusters of the tenant, and in no others', async () => {
    // The tenant's bindings follow its owners.
    await eventually(
      'an owner sees the clusters',
      async () => (await asAlice('clusters', 'list')).code === 0,
    );
    expect((await asAlice('clusters', 'list', '-o', 'name')).stdout).toBe(
      'cluster.platform.berth.dev/prod\n',
    );
    const made = await asAlice('clusters', 'create', 'dev', '--protect');
    expect([made.code, made.stdout]).toEqual([0, 'cluster "dev" of tenant "acme" created\n']);
    const all = await asAlice('clusters', 'list', '--tenant', 'rival');
    expect([all.code, all.stdout, all.stderr]).toEqual([
      5,
      '',
      expect.stringMatching(
        /^berth: clusters\.platform\.berth\.dev is forbidden: User "people:alice@example\.com"/,
      ),
    ]);
    const everybodys = await berth(['clusters', 'list'], { ...environment(), BERTH_TENANT: '' });
    expect([everybodys.code, everybodys.stderr]).toEqual([
      5,
      expect.stringMatching(/at the cluster scope\. Say whose clusters: --tenant <tenant>\n$/),
    ]);
    expect((await asAlice('kubeconfig', 'prod')).code).toBe(0);
    const kubeconfig = join(home, '.kube/config');
    const kubectl = (...args: string[]) =>
      runClient('kubectl', { kubeconfig, home }, { args, environment: environment() });
    const created = await kubectl('create', 'configmap', 'c', '--from-literal=a=b');
    expect([created.code, created.stdout, created.stderr]).toEqual([0, 'configmap/c created\n', '']);
    const elsewhere = parse((await asAlice('kubeconfig', 'prod', '--print', '--static-token')).stdout);
    const headers = { authorization: `Bearer ${elsewhere.users[0].user.token}` };
    const read = await fetch(`${instance.httpUrl}/clusters/prod/api/v1/namespaces/default/configmaps/c`, {
      headers,
    });
    expect(read.status).toBe(200);
    const theirs = ['--server', `${instance.url}/clusters/theirs`];
    expect((await kubectl('get', 'configmaps', ...theirs)).stderr).toMatch(/forbidden/i);
  });

  test('is renewed by many commands at once, each refresh token used once', async () => {
    const before = provider.refreshes();
    const results = await Promise.all(Array.from({ length: 4 }, () => asAlice('exec-credential')));
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(results.map(() => [0, '']));
    expect(provider.refreshes() - before).toBeGreaterThan(0);
    expect((await asAlice('whoami', '-o', 'name')).stdout).toBe('people:alice@example.com\n');
  });

  test('that the issuer has ended is told as such', async () => {
    provider.revokeAll();
    const ended = await asAlice('whoami');
    expect([ended.code, ended.stderr]).toEqual([
      3,
      `berth: your login has ended. Log in again: berth login ${instance.url}\n`,
    ]);
    const book = await readFile(join(home, '.config/berth/config.json'), 'utf8');
    expect(JSON.parse(book).contexts[server()].server).toBe(instance.url);
  });
});
