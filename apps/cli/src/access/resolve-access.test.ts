import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeInstanceKubeconfig } from '../instance/kubeconfig.ts';
import { fakeContext } from '../testing/fake-context.ts';
import { type AccessFlags, resolveAccess } from './resolve-access.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

const contexts = {
  one: {
    server: 'https://one.example',
    certificateAuthority: 'ONE',
    tenant: 'acme',
    credential: { type: 'token', token: 't1' },
  },
  two: { server: 'https://two.example:8443', credential: { type: 'token', token: 't2' } },
};

async function logIn(book: object = { current: 'one', contexts }): Promise<void> {
  await writeFile(join(folder, 'config.json'), JSON.stringify(book));
}

async function startInstance(path: string): Promise<void> {
  await mkdir(join(folder, path), { recursive: true });
  const file = join(folder, path, 'admin.kubeconfig');
  const shared = { serverUrl: 'https://127.0.0.1:6443', caPem: 'LOCAL' };
  await writeInstanceKubeconfig(file, { ...shared, clusterId: 'other', token: 'merged by somebody' });
  await writeInstanceKubeconfig(file, { ...shared, clusterId: 'system', token: 'ta' });
}

async function access(flags: AccessFlags = {}, environment: Record<string, string> = {}) {
  const context = fakeContext({
    directory: folder,
    environment: { BERTH_CONFIG: join(folder, 'config.json'), ...environment },
  });
  const { serverUrl, caPem, tenant, token } = await resolveAccess(context, flags);
  return [serverUrl, caPem, tenant, await token()];
}

const one = ['https://one.example', 'ONE', 'acme', 't1'];
const two = ['https://two.example:8443', undefined, undefined, 't2'];
const local = ['https://127.0.0.1:6443', 'LOCAL', undefined, 'ta'];

describe('a command goes', () => {
  test('to the current login, or another one that is named', async () => {
    await logIn();
    await startInstance('.berth');
    expect(await access()).toEqual(one);
    expect(await access({}, { BERTH_CONTEXT: 'two' })).toEqual(two);
    expect(await access({ context: 'two' }, { BERTH_CONTEXT: 'one' })).toEqual(two);
    expect(await access({ server: 'two.example:8443' })).toEqual(two);
  });

  test('to a server with the token of the environment', async () => {
    await logIn();
    const environment = { BERTH_SERVER: 'https://ci.example', BERTH_TOKEN: 'tc' };
    expect(await access({}, environment)).toEqual(['https://ci.example', undefined, undefined, 'tc']);
    await writeFile(join(folder, 'ca.pem'), 'CI');
    expect(await access({ certificateAuthority: 'ca.pem' }, environment)).toEqual([
      'https://ci.example',
      'CI',
      undefined,
      'tc',
    ]);
  });

  test('to the instance that is named, or that of the folder where there is no login', async () => {
    await startInstance('.berth');
    expect(await access()).toEqual(local);
    await startInstance('other');
    await logIn();
    expect(await access({ dataDir: 'other' })).toEqual(local);
    expect(await access({}, { BERTH_DATA_DIR: 'other' })).toEqual(local);
  });

  test('for the tenant of the flag, of the environment, or of the login', async () => {
    await logIn();
    const tenantOf = async (...given: Parameters<typeof access>) => (await access(...given))[2];
    expect(await tenantOf()).toBe('acme');
    expect(await tenantOf({}, { BERTH_TENANT: 'umbrella' })).toBe('umbrella');
    expect(await tenantOf({ tenant: 'initech' }, { BERTH_TENANT: 'umbrella' })).toBe('initech');
  });
});

test.each<readonly [string, AccessFlags, number, RegExp]>([
  ['without a login or an instance', {}, 3, /^you are not logged in\. Run berth login/],
  ['with a login that is not there', { context: 'x' }, 4, /^there is no login "x"/],
  [
    'with a server and no login',
    { server: 'x.example' },
    3,
    /^you are not logged in to https:\/\/x\.example/,
  ],
  ['with an instance that is not there', { dataDir: 'x' }, 7, /^there is no instance in .*\/x\./],
  ['with plain HTTP', { server: 'http://x.example' }, 2, /would cross plain HTTP in clear/],
  ['with no URL', { server: 'https://' }, 2, /is no URL of a server/],
])('%s it says so', async (...[, flags, exitCode, message]) => {
  await expect(access(flags)).rejects.toMatchObject({ exitCode, message: expect.stringMatching(message) });
});

test('a login without a credential asks to log in again', async () => {
  await logIn({ current: 'one', contexts: { one: { server: 'https://one.example' } } });
  await expect(access()).rejects.toMatchObject({ code: 'NOT_LOGGED_IN', exitCode: 3 });
});
