import { randomBytes } from 'node:crypto';
import { createKeyRing, fixedMasterKeys } from '@berth/auth';
import { openStore } from '@berth/store';
import { afterAll, expect, test } from 'vitest';
import { deafHintBus } from '../../../../test/support/hint-bus.ts';
import { createTestDatabase } from '../../../../test/support/postgres.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';

const store = openStore({ databaseUrl: await createTestDatabase(), hints: deafHintBus });
afterAll(() => store.close());

const dayMs = 86_400_000;
const start = new Date('2030-01-01T00:00:00Z');
let now = start;
const keys = createKeyRing(store.signingKeys, fixedMasterKeys(randomBytes(32)), () => now);
const rotate = () => rotateSigningKeys({ store, keys, now: () => now, rotateAfterMs: 30 * dayMs });
const passDays = (days: number) => (now = new Date(now.getTime() + days * dayMs));
const phases = async (clusterId: string) => (await keys.keyTimes(clusterId)).length;

test('keys that have signed for a month get successors, and go when their last token has ended', async () => {
  for (const clusterId of ['old', 'young']) {
    if (clusterId === 'young') passDays(20);
    const signingKeys = await keys.newKeys(clusterId);
    await store.createCluster({ clusterId, tenantId: 't', seed: [], signingKeys });
  }
  const former = await keys.signingKey('old', { until: new Date(start.getTime() + 50 * dayMs) });
  expect(await rotate()).toEqual({ made: 0, removed: 0 });

  passDays(10);
  expect(await rotate()).toEqual({ made: 2, removed: 0 });
  expect(await rotate()).toEqual({ made: 0, removed: 0 });
  expect([await phases('old'), await phases('young')]).toEqual([4, 2]);
  expect((await keys.signingKey('old', { until: now })).kid).toBe(former.kid);

  passDays(1);
  expect((await keys.signingKey('old', { until: now })).kid).not.toBe(former.kid);
  // The ES256 key has signed nothing.
  expect(await rotate()).toEqual({ made: 0, removed: 1 });
  expect(await phases('old')).toBe(3);

  passDays(18);
  expect(await rotate()).toMatchObject({ removed: 0 });
  passDays(3);
  expect(await rotate()).toMatchObject({ removed: 1 });
  expect((await keys.verificationKeys('old')).map(({ kid }) => kid)).not.toContain(former.kid);
});
