import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../../../test/support/api.ts';

const path = '/clusters/system/apis/platform.berth.dev/v1/namespaces/default/trustedissuers';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const issuer = (name: string, spec: Record<string, unknown>) => ({
  apiVersion: 'platform.berth.dev/v1',
  kind: 'TrustedIssuer',
  metadata: { name },
  spec: {
    issuer: 'https://token.example.com',
    audiences: ['berth'],
    claims: [{ match: 'true', user: 'claims.sub' }],
    ...spec,
  },
});

test('a TrustedIssuer is served in the system cluster alone', async () => {
  const created = await api.send('POST', path, { as: 'system', body: issuer('github', {}) });
  expect(created.status).toBe(201);
  expect(created.json.spec).toMatchObject({ usernamePrefix: 'github:', clockSkewSeconds: 30 });
  const elsewhere = await api.send('GET', path.replace('system', 'default'));
  expect(elsewhere.status).toBe(404);
});

test('an expression that does not compile is refused with its place', async () => {
  const claims = [{ match: 'claims.sub ==', user: 'claims.sub' }];
  const { status, json } = await api.send('POST', path, { as: 'system', body: issuer('bad', { claims }) });
  expect(status).toBe(422);
  expect(json).toMatchObject({
    reason: 'Invalid',
    message:
      'TrustedIssuer.platform.berth.dev "bad" is invalid: spec.claims[0].match: Invalid value: "claims.sub ==": compilation failed: ERROR: <input>:1:14: Unexpected token: EOF',
    details: { causes: [{ field: 'spec.claims[0].match', reason: 'FieldValueInvalid' }] },
  });
});

test('an issuer without audiences and rules is refused', async () => {
  const { json } = await api.send('POST', path, {
    as: 'system',
    body: { ...issuer('empty', {}), spec: { issuer: 'https://token.example.com' } },
  });
  expect(json.details.causes.map(({ field }: { field: string }) => field)).toEqual([
    'spec.audiences',
    'spec.claims',
  ]);
});
