import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OutsideFixture, startOutsideFixture } from '../../../../test/support/outside-fixture.ts';

let fixture: OutsideFixture;
beforeAll(async () => {
  fixture = await startOutsideFixture();
});
afterAll(() => fixture.close());

const path = '/.well-known/berth-login';
const ask = (cluster: string, token: string | null = null) =>
  fixture.api.send('GET', `/clusters/${cluster}${path}`, { as: token });

test('whoever has no token yet learns where people of the fleet log in, and nothing else', async () => {
  expect((await ask('system')).json).toEqual({ issuers: [] });
  const deviceFlow = { clientId: 'cli', scopes: ['email'] };
  await fixture.trust({ name: 'people', namespace: 'default', spec: { deviceFlow } });
  await fixture.trust({ name: 'robots', namespace: 'default' });
  await fixture.trust({ name: 'tenants-own', spec: { deviceFlow } });
  fixture.advance(1_000);
  const { status, json } = await ask('system');
  const { issuer, certificateAuthority } = fixture.provider;
  expect([status, json]).toEqual([
    200,
    { issuers: [{ name: 'people', issuer, clientId: 'cli', scopes: ['email'], certificateAuthority }] },
  ]);
});

test('the clusters of tenants name nobody', async () => {
  expect((await ask('acme-prod')).status).toBe(404);
});
