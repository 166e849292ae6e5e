import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { berth, berthProcess, type Instance, startInstance } from '../support/instance.ts';
import { runClient } from '../support/real-clients.ts';

// Tests run several commands in a row, each a process of its own.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });
let instance: Instance;
let home: string;
beforeAll(async () => {
  instance = await startInstance({ nodes: 'simulated:1' });
  home = join(instance.dataDirectory, 'person');
  await mkdir(join(home, 'bin'), { recursive: true });
  // As an installation has it: kubectl and the shells find the program by its name.
  await symlink(join(import.meta.dirname, '../../apps/cli/src/main.ts'), join(home, 'bin/berth'));
  await symlink(process.execPath, join(home, 'bin/node'));
});
afterAll(() => instance?.remove());

/** The administrator of the instance. */
const asAdmin = (...args: string[]) => berth(args, { BERTH_DATA_DIR: instance.dataDirectory });
const person = () => ({ HOME: home, PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` });
/** Somebody with a home of their own. */
const asPerson = (...args: string[]) => berth(args, person());
const kubectl = (...args: string[]) =>
  runClient('kubectl', { kubeconfig: join(home, '.kube/config'), home }, { args, environment: person() });
const host = () => new URL(instance.url).host;
const adminToken = async (): Promise<string> =>
  parse(await readFile(instance.adminKubeconfig, 'utf8')).users[0].user.token;
const caFile = () => join(instance.dataDirectory, 'pki/ca.crt');

async function logIn(): Promise<void> {
  const flags = ['--certificate-authority', caFile(), '--token'];
  const { child, result } = berthProcess(['login', host(), ...flags], person(), 'input');
  child.stdin?.end(await adminToken());
  expect(await result).toMatchObject({ code: 0, stderr: '' });
}

describe('a person who is not logged in', () => {
  test.each<readonly [string[], number, RegExp]>([
    [['clusters', 'list'], 3, /^berth: you are not logged in\. Run berth login <server>/],
    [['whoami', '--server', 'berth.example'], 3, /^berth: you are not logged in to https:\/\/berth\.example/],
    [['clusters', 'list', '--context', 'x'], 4, /^berth: there is no login "x"/],
    [['logout'], 4, /^berth: you are not logged in/],
    [['clutsers'], 2, /^berth: unknown command 'clutsers'\n\(Did you mean clusters\?\)\n$/],
    [['clusters', 'list', '--outptu', 'json'], 2, /Did you mean --output/],
    [['clusters', 'list', '-o', 'xml'], 2, /Allowed choices are table, wide, json, yaml, name/],
    [['login'], 2, /^berth: log in to which server\?/],
    [['login', 'http://127.0.0.1:1', '--token', 't'], 2, /would cross plain HTTP in clear/],
    [
      ['login', '127.0.0.1:1', '--token', 't'],
      7,
      /^berth: the API at https:\/\/127\.0\.0\.1:1 cannot be reached/,
    ],
  ])('is told what to do: %j', async (args, code, message) => {
    const result = await asPerson(...args);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toMatch(message);
  });

  test('finds every command, and what it ends with, in the help', async () => {
    const { code, stdout } = await asPerson('--help');
    expect(code).toBe(0);
    for (const text of ['login', 'kubeconfig', 'Exit codes:', '3  not logged in'])
      expect(stdout).toContain(text);
    expect((await asPerson('clusters', 'create', '--help')).stdout).toContain('--protect');
    expect((await asPerson('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('does not trust a server by itself, nor a token that the server does not', async () => {
    const unknown = await asPerson('login', host(), '--token', 'x');
    expect([unknown.code, unknown.stderr]).toEqual([
      7,
      expect.stringMatching(/signed by nobody whom this machine trusts.*--fingerprint [0-9A-F:]+\n$/),
    ]);
    const refused = await asPerson('login', host(), '--token', 'x', '--certificate-authority', caFile());
    expect([refused.code, refused.stderr]).toEqual([
      3,
      `berth: ${instance.url} does not accept this token (Unauthorized)\n`,
    ]);
    expect(existsSync(join(home, '.config/berth/config.json'))).toBe(false);
  });
});

describe('a person who is logged in', () => {
  beforeAll(logIn);

  test('is known by name, and what is kept of that is secret', async () => {
    const { stdout } = await asPerson('whoami', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ server: instance.url, login: host(), user: 'admin' });
    const file = join(home, '.config/berth/config.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const contexts = await asPerson('contexts');
    expect(contexts.stdout).toMatch(
      new RegExp(`^\\*\\s+${host()}\\s+${instance.url}\\s+<none>\\s+token\\s`, 'm'),
    );
    expect(contexts.stdout).not.toContain(await adminToken());
  });

  test('makes a tenant with members', async () => {
    const flags = ['--owner', 'alice', '--display-name', 'Acme'];
    const created = await asPerson('tenants', 'create', 'acme', ...flags);
    expect([created.code, created.stdout]).toEqual([0, 'tenant "acme" created\n']);
    const again = await asPerson('tenants', 'create', 'acme');
    expect([again.code, again.stderr]).toEqual([6, expect.stringContaining('"acme" already exists')]);
    await asPerson('tenants', 'members', 'add', 'acme', 'group:dev', '--role', 'viewer');
    await asPerson('tenants', 'members', 'add', 'acme', 'group:dev', '--role', 'member');
    const members = await asPerson('tenants', 'members', 'list', 'acme', '-o', 'json');
    expect(JSON.parse(members.stdout)).toEqual([
      { role: 'owner', kind: 'User', name: 'alice' },
      { role: 'member', kind: 'Group', name: 'dev' },
    ]);
    expect((await asPerson('tenants', 'members', 'remove', 'acme', 'group:dev')).code).toBe(0);
    expect((await asPerson('tenants', 'members', 'remove', 'acme', 'group:dev')).code).toBe(2);
  });

  test('makes a cluster of a tenant, whose it has to say', async () => {
    const whose = await asPerson('clusters', 'create', 'prod');
    expect([whose.code, whose.stderr]).toEqual([2, expect.stringContaining('Give --tenant <tenant>')]);
    const made = await asPerson('clusters', 'create', 'acme/prod', '--label', 'a=b', '-o', 'json');
    expect(JSON.parse(made.stdout)).toMatchObject({
      kind: 'Cluster',
      metadata: { name: 'prod', namespace: 'acme', labels: { a: 'b' } },
    });
    expect((await asPerson('clusters', 'list', '-l', 'a=b', '-o', 'name')).stdout).toBe(
      'cluster.platform.berth.dev/prod\n',
    );
    expect((await asPerson('clusters', 'list', '--tenant', 'acme')).stdout).toMatch(/^NAME .*\nprod .*Ready/);
    const nobody = await asPerson('clusters', 'create', 'nobody/x');
    expect([nobody.code, nobody.stderr]).toEqual([
      4,
      'berth: there is no tenant "nobody". Make it by berth tenants create nobody.\n',
    ]);
  });

  test('uses the cluster by kubectl, which asks this program for its token', async () => {
    const own = join(home, '.kube/config');
    await mkdir(join(home, '.kube'), { recursive: true });
    await writeFile(own, 'apiVersion: v1\nkind: Config\n# mine\ncurrent-context: mine\ncontexts: []\n');
    await chmod(own, 0o600);
    const merged = await asPerson('kubeconfig', 'prod');
    expect([merged.code, merged.stdout]).toEqual([0, '']);
    const text = await readFile(own, 'utf8');
    expect(text).toContain('# mine');
    expect(text).not.toContain(await adminToken());
    const config = parse(text);
    expect(config['current-context']).toBe('berth_acme_prod');
    expect(config.users[0].user.exec).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'berth',
      args: ['exec-credential', '--context', host()],
      interactiveMode: 'Never',
    });
    const created = await kubectl('create', 'configmap', 'c', '--from-literal=a=b');
    expect([created.code, created.stdout]).toEqual([0, 'configmap/c created\n']);
    expect((await kubectl('get', 'configmap', 'c', '-o', 'jsonpath={.data.a}')).stdout).toBe('b');

    const printed = parse((await asPerson('kubeconfig', 'prod', '--print', '--static-token')).stdout);
    const { token } = printed.users[0].user;
    const anywhere = await fetch(`${instance.httpUrl}/clusters/prod/api/v1/namespaces`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(anywhere.status).toBe(200);
    const missing = await asPerson('kubeconfig', 'nowhere');
    expect([missing.code, missing.stderr]).toEqual([4, 'berth: there is no cluster "nowhere"\n']);
  });

  test('hands out tokens that are shown once, do only what they are for, and end when they are revoked', async () => {
    const flags = ['--cluster', 'prod', '--deploy', '--only-namespace', 'default', '--only-verb', 'get'];
    const made = await asPerson('token', 'create', 'ci', ...flags, '--expires', '1h');
    expect([made.code, made.stderr]).toEqual([
      0,
      expect.stringMatching(/^This is token "ci" of cluster "prod", good until .*not shown again\.\n$/),
    ]);
    const token = made.stdout.trim();
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${instance.httpUrl}/clusters/prod/api/v1/namespaces/${path}`, { headers })).status;
    };
    expect([await get('default/configmaps/c'), await get('kube-system/configmaps/c')]).toEqual([200, 403]);
    const listed = await asPerson('token', 'list', '--cluster', 'prod');
    expect(listed.stdout).toMatch(/^ci +Deploy +admin /m);
    expect(listed.stdout).not.toContain(token);
    const revoked = await asPerson('token', 'revoke', 'ci', '--cluster', 'prod');
    expect([revoked.code, revoked.stdout]).toEqual([0, 'token "ci" of cluster "prod" revoked\n']);
    await eventually('the token has ended', async () => (await get('default/configmaps/c')) === 401);
    expect((await asPerson('token', 'revoke', 'ci', '--cluster', 'prod')).code).toBe(4);
    const endless = await asPerson('token', 'create', '--expires', 'ever');
    expect([endless.code, endless.stderr]).toEqual([2, expect.stringContaining('Give a number and a unit')]);
  });

  test('suspends, resumes and protects it, and deletes it only when that is meant', async () => {
    for (const [verb, phase] of [
      ['suspend', 'Suspended'],
      ['resume', 'Ready'],
    ] as const) {
      expect((await asPerson('clusters', verb, 'prod')).code).toBe(0);
      const { stdout } = await asPerson('clusters', 'get', 'prod', '-o', 'yaml');
      expect(parse(stdout).status.phase).toBe(phase);
    }
    await asPerson('clusters', 'protect', 'prod');
    const unsure = await asPerson('clusters', 'delete', 'prod');
    expect([unsure.code, unsure.stderr]).toEqual([
      2,
      expect.stringMatching(/^berth: Delete acme\/prod .*--yes\.\n$/),
    ]);
    const refused = await asPerson('clusters', 'delete', 'prod', '--yes');
    expect([refused.code, refused.stderr]).toEqual([
      5,
      expect.stringContaining('protected against deletion'),
    ]);
    await asPerson('clusters', 'unprotect', 'prod');
    const deleted = await asPerson('clusters', 'delete', 'prod', '--yes');
    expect([deleted.code, deleted.stdout]).toEqual([0, 'cluster "prod" deleted\n']);
    expect((await asPerson('clusters', 'get', 'acme/prod')).code).toBe(4);
  });

  test('logs out, and kubectl says why it gets no token', async () => {
    expect((await asPerson('logout')).code).toBe(0);
    const refused = await kubectl('get', 'namespaces');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`berth: there is no login "${host()}"`),
    ]);
  });
});

test('who may use a token from the environment needs no login', async () => {
  const environment = {
    ...person(),
    BERTH_SERVER: instance.url,
    BERTH_TOKEN: await adminToken(),
    BERTH_CERTIFICATE_AUTHORITY: caFile(),
  };
  expect((await berth(['whoami', '-o', 'name'], environment)).stdout).toBe('admin\n');
  const wrong = await berth(['clusters', 'list'], { ...environment, BERTH_TOKEN: 'x' });
  expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('Set another BERTH_TOKEN')]);
});

describe('completion', () => {
  const shells = { bash: ['-n'], zsh: ['-n'], fish: ['--no-execute'] } as const;
  test.each(Object.entries(shells))('for %s is a script that the shell reads', async (shell, flags) => {
    const script = (await asPerson('completion', shell)).stdout;
    expect(script).toContain('berth complete --');
    const checked = spawnSync(shell, [...flags], { input: script, encoding: 'utf8' });
    // Not every machine has every shell.
    if (checked.error === undefined) expect([checked.status, checked.stderr]).toEqual([0, '']);
    else expect(checked.error).toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['berth clus', 'clusters'],
    ['berth clusters get def', 'default'],
    ['berth clusters list --output=j', 'json'],
    ['berth kubeconfig --tenant ', 'main'],
  ])('in bash finishes %j', async (line, expected) => {
    const script = (await asPerson('completion', 'bash')).stdout;
    // As readline hands a line over: split at blanks, colons and equal signs.
    const words = line.split(/([ :=])/).filter((word) => word !== ' ' && word !== '');
    if (line.endsWith(' ')) words.push('');
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const run = `${script}\nCOMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1}\n_berth_complete\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', run], {
      encoding: 'utf8',
      env: { ...person(), BERTH_DATA_DIR: instance.dataDirectory },
    });
    expect([stdout.trim().split('\n'), stderr]).toEqual([expect.arrayContaining([expected]), '']);
  });
});

test('usage stands beside the limits of the plan', async () => {
  const plan = {
    apiVersion: 'platform.berth.dev/v1',
    kind: 'Plan',
    metadata: { name: 'small' },
    spec: { clusters: 3 },
  };
  const applied = await instance.apply(JSON.stringify(plan), '--kubeconfig', instance.adminKubeconfig);
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect((await asAdmin('plans', '-o', 'name')).stdout).toBe('plan.platform.berth.dev/small\n');
  await asAdmin('tenants', 'create', 'metered', '--plan', 'small');
  await asAdmin('clusters', 'create', 'metered/one');
  const row = await eventually(
    'the use is told',
    async () => {
      const rows: Array<Record<string, string>> = JSON.parse(
        (await asAdmin('usage', 'metered', '-o', 'json')).stdout,
      );
      return rows.find(({ resource, used }) => resource === 'clusters' && used === '1');
    },
    60_000,
  );
  expect(row).toEqual({ tenant: 'metered', resource: 'clusters', used: '1', limit: '3' });
  expect((await asAdmin('usage')).stdout).toMatch(/^metered +<all> +clusters +1 +3$/m);

  const month = new Date().toISOString().slice(0, 7);
  const report = JSON.parse((await asAdmin('usage', 'metered', '--over', month, '-o', 'json')).stdout);
  expect(report).toMatchObject({ kind: 'UsageReport', tenant: 'metered' });
  expect((await asAdmin('usage', 'metered', '--over')).stdout).toMatch(
    /^NAME +TENANT +CPU HOURS .*\n[^]*metered/,
  );
  const ofCluster = await asAdmin('usage', 'metered/one', '--over', '-o', 'json');
  expect(JSON.parse(ofCluster.stdout)).toContainEqual(
    expect.objectContaining({ cluster: 'one', resource: 'object-seconds' }),
  );
  expect((await asAdmin('usage', '--over', month)).code).toBe(2);
  expect((await asAdmin('usage', 'metered', '--over', 'someday')).code).toBe(4);
});

test('the administrator of an instance needs no login, and sees it by its folder', async () => {
  expect((await asAdmin('whoami', '-o', 'name')).stdout).toBe('admin\n');
  expect((await asAdmin('clusters', 'list', '-o', 'name')).stdout).toContain('/default\n');
});

test("a cluster's audit log is exported as JSON lines, by what is looked for", async () => {
  const headers = { authorization: `Bearer ${await adminToken()}`, 'content-type': 'application/json' };
  const path = `${instance.httpUrl}/clusters/default/api/v1/namespaces/default/configmaps`;
  const body = JSON.stringify({ metadata: { name: 'audited' } });
  for (const status of [201, 409]) {
    expect((await fetch(path, { method: 'POST', headers, body })).status).toBe(status);
  }
  const query = ['audit', 'default', '--resource', 'configmaps', '--since', '1h'];
  // What is refused is recorded a moment later.
  const lines = await eventually('both are recorded', async () => {
    const { code, stdout, stderr } = await asAdmin(...query);
    expect([code, stderr]).toEqual([0, '']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const found = events.filter(({ objectRef }) => objectRef.name === 'audited');
    return found.length === 2 && found;
  });
  expect(lines).toMatchObject([
    { apiVersion: 'audit.k8s.io/v1', kind: 'Event', verb: 'create', responseStatus: { code: 201 } },
    { apiVersion: 'audit.k8s.io/v1', kind: 'Event', verb: 'create', responseStatus: { code: 409 } },
  ]);
  const refused = await asAdmin(...query, '--code', '409', '--user', lines[0].user.username);
  expect(refused.stdout.trim().split('\n')).toHaveLength(1);
  const wrong = await asAdmin('audit', 'default', '--since', 'yesterday');
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/^berth: --since must be a time such as/),
  ]);
});
