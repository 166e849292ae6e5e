import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  exchangeForm,
  type OutsideFixture,
  startOutsideFixture,
} from '../../../../test/support/outside-fixture.ts';

const tenants = '/clusters/system/apis/platform.berth.dev/v1/tenants';

let fixture: OutsideFixture;
beforeAll(async () => {
  fixture = await startOutsideFixture();
  await fixture.trust({
    name: 'people',
    namespace: 'default',
    spec: { claims: [{ match: 'true', user: 'claims.sub', groups: 'claims.?groups' }] },
  });
  const body = {
    spec: {
      owners: [{ kind: 'User', name: 'people:alice' }],
      viewers: [{ kind: 'Group', name: 'people:support' }],
    },
  };
  const { status, text } = await fixture.api.send('PATCH', `${tenants}/acme`, {
    as: 'system',
    body,
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  if (status !== 200) throw new Error(text);
  fixture.advance(1_000);
});
afterAll(() => fixture.close());

/** What somebody who has logged in at the operator's issuer gets for it. */
async function loggedIn(claims: Record<string, unknown>): Promise<string> {
  const subject_token = await fixture.token(claims);
  const { json } = await fixture.exchange('system', { ...exchangeForm, subject_token });
  return json.access_token;
}

const codeOf = async (token: string, method: string, cluster: string): Promise<number> => {
  const path = `/clusters/${cluster}/api/v1/namespaces/default/configmaps`;
  const body = { metadata: { generateName: 'a-' } };
  return (await fixture.api.send(method, path, { token, ...(method === 'POST' && { body }) })).status;
};

test.for<readonly [string, Record<string, unknown>, readonly number[]]>([
  ['an owner of the tenant', { sub: 'alice' }, [200, 201, 403]],
  ['one of a group that may look', { sub: 'bob', groups: ['support'] }, [200, 403, 403]],
  ['nobody of the tenant', { sub: 'carol' }, [403, 403, 403]],
])(
  '%s who logs in from outside may do in its clusters what such a person may',
  async ([, claims, expected]) => {
    const token = await loggedIn(claims);
    expect([
      await codeOf(token, 'GET', 'acme-prod'),
      await codeOf(token, 'POST', 'acme-prod'),
      await codeOf(token, 'GET', 'rival-prod'),
    ]).toEqual(expected);
  },
);

test("a name in a tenant's own cluster is not that of a person of the fleet", async () => {
  await fixture.trust({ name: 'impostor', namespace: 'rival', spec: { usernamePrefix: 'people:' } });
  await fixture.trust({ name: 'impostor', spec: { usernamePrefix: 'people:' } });
  fixture.advance(1_000);
  const token = await fixture.token({ sub: 'alice' });
  expect((await fixture.whoAmI('acme-prod', token)).json.status.userInfo.username).toBe('people:alice');
  expect(await codeOf(token, 'GET', 'acme-prod')).toBe(403);
  expect(await codeOf(token, 'GET', 'rival-prod')).toBe(403);
});
