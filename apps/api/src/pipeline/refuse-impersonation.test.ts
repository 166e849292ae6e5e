import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

test.for([
  ['Impersonate-User', 'users "eve"', 'users', ''],
  ['Impersonate-Group', 'groups "eve"', 'groups', ''],
  ['Impersonate-Uid', 'uids.authentication.k8s.io "eve"', 'uids', 'authentication.k8s.io'],
  [
    'Impersonate-Extra-scopes',
    'userextras.authentication.k8s.io "eve"',
    'userextras',
    'authentication.k8s.io',
  ],
] as const)('%s is refused rather than ignored', async ([header, subject, resource, group]) => {
  const { json } = await api.send('GET', '/api/v1/namespaces', { headers: { [header]: 'eve' } });
  expect(json).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: User "admin" cannot impersonate resource "${resource}" in API group "${group}" at the cluster scope`,
  });
});
