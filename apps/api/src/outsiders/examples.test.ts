import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type OutsideFixture, startOutsideFixture } from '../../../../test/support/outside-fixture.ts';

let fixture: OutsideFixture;
beforeAll(async () => {
  fixture = await startOutsideFixture();
  for (const name of ['github', 'gitlab']) {
    const file = new URL(`../../../../examples/trusted-issuer-${name}.yaml`, import.meta.url);
    const { metadata, spec } = parse(await readFile(file, 'utf8'));
    // The issuers themselves are not to be had here; everything else is as the example has it.
    const { issuer, certificateAuthority } = fixture.provider;
    await fixture.trust({ ...metadata, spec: { ...spec, issuer, certificateAuthority } });
  }
  const admin = await fixture.api.token('acme-prod');
  const send = async (path: string, body: object): Promise<void> => {
    const { status, text } = await fixture.api.send('POST', `/clusters/acme-prod${path}`, {
      token: admin,
      body,
    });
    if (status !== 201) throw new Error(text);
  };
  await send('/api/v1/namespaces', { metadata: { name: 'web' } });
  const bind = (role: string, group: string) => ({
    metadata: { name: group.replaceAll(':', '-') },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  });
  const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/web/rolebindings';
  await send(bindings, bind('edit', 'github:deployers'));
  await send(bindings, bind('view', 'github:viewers'));
});
afterAll(() => fixture.close());

const who = async (token: string): Promise<unknown> => {
  const { status, json } = await fixture.whoAmI('acme-prod', token);
  return status === 201 ? [json.status.userInfo.username, ...json.status.userInfo.groups] : status;
};

describe('GitHub Actions', () => {
  const job = {
    aud: 'https://berth.example.com/clusters/acme-prod',
    sub: 'repo:acme/web:environment:production',
    repository: 'acme/web',
    repository_id: '7',
    repository_owner: 'acme',
    repository_owner_id: '1234567',
    ref: 'refs/heads/main',
    environment: 'production',
    workflow_ref: 'acme/web/.github/workflows/deploy.yaml@refs/heads/main',
    event_name: 'push',
    actor: 'octocat',
    run_id: '42',
  };
  const elsewhere = { ...job, environment: null, event_name: 'pull_request', ref: 'refs/pull/1/merge' };
  const configMap = (token: string, method: string) =>
    fixture.api.send(method, '/clusters/acme-prod/api/v1/namespaces/web/configmaps', {
      token,
      ...(method === 'POST' && { body: { metadata: { generateName: 'a-' } } }),
    });

  test('a job of the environment deploys, and nothing beside its namespace', async () => {
    const token = await fixture.token(job);
    expect(await who(token)).toEqual([
      'github:acme/web:production',
      'github:deployers',
      'system:authenticated',
    ]);
    expect((await configMap(token, 'POST')).status).toBe(201);
    const other = '/clusters/acme-prod/api/v1/namespaces/default/configmaps';
    expect((await fixture.api.send('GET', other, { token })).status).toBe(403);
  });

  test('a pull request looks', async () => {
    const token = await fixture.token(elsewhere);
    expect(await who(token)).toEqual(['github:acme/web', 'github:viewers', 'system:authenticated']);
    expect((await configMap(token, 'GET')).status).toBe(200);
    expect((await configMap(token, 'POST')).status).toBe(403);
  });

  test.for<readonly [string, Record<string, unknown>, unknown]>([
    [
      'of the environment in another workflow',
      { workflow_ref: 'acme/web/.github/workflows/x.yaml@refs/heads/main' },
      'viewers',
    ],
    [
      'of the workflow as a branch has it',
      { workflow_ref: job.workflow_ref.replace('main', 'mine') },
      'viewers',
    ],
    ['of another repository of the owner', { repository: 'acme/tools' }, 'viewers'],
    ['of somebody who took the owner’s name', { repository_owner_id: '999' }, 401],
    ['for another cluster', { aud: 'https://berth.example.com/clusters/rival-prod' }, 401],
  ])('a job %s does not deploy', async ([, claims, expected]) => {
    const found = await who(await fixture.token({ ...job, ...claims }));
    expect(Array.isArray(found) ? found[1] : found).toBe(
      expected === 401 ? 401 : `github:${String(expected)}`,
    );
  });
});

describe('GitLab CI', () => {
  const job = {
    aud: 'https://berth.example.com/tenants/acme',
    sub: 'project_path:acme/web:ref_type:branch:ref:main',
    namespace_path: 'acme',
    project_path: 'acme/web',
    user_login: 'jane',
    pipeline_id: '42',
    ref: 'main',
    ref_type: 'branch',
    ref_protected: 'true',
    environment: 'production',
    environment_protected: 'true',
  };

  test.for<readonly [string, Record<string, unknown>, unknown]>([
    [
      'of a protected environment',
      {},
      ['gitlab:acme/web:production', 'gitlab:deployers', 'gitlab:deployers:acme/web'],
    ],
    [
      'of no environment',
      { environment: null, environment_protected: null },
      ['gitlab:acme/web', 'gitlab:viewers'],
    ],
    [
      'of a subgroup',
      { namespace_path: 'acme/tools', project_path: 'acme/tools/x' },
      ['gitlab:acme/tools/x', 'gitlab:viewers'],
    ],
    ['of an unprotected branch', { ref_protected: 'false' }, 401],
    ['of a group with a name like it', { namespace_path: 'acme-evil', project_path: 'acme-evil/web' }, 401],
    ['of a tag, without an environment', { ref_type: 'tag', environment_protected: null }, 401],
  ])('a job %s', async ([, claims, expected]) => {
    const found = await who(await fixture.token({ ...job, ...claims }));
    expect(Array.isArray(found) ? found.slice(0, -1) : found).toEqual(expected);
  });
});
