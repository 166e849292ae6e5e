import { parseNetworks } from '@berth/auth';
import { builtinRegistry, type TrustedIssuer } from '@berth/kinds';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OidcProvider, startOidcProvider } from '../../../../test/support/oidc-provider.ts';
import { createTurnFixture, type TurnFixture } from '../testing/turn-fixture.ts';
import { issuerCheck } from './check-issuers.ts';

let fixture: TurnFixture;
let provider: OidcProvider;
beforeAll(async () => {
  [fixture, provider] = await Promise.all([createTurnFixture(), startOidcProvider()]);
});
afterAll(() => Promise.all([fixture.store.close(), provider.close()]));

const checkOf = (networks: string) =>
  issuerCheck({
    store: fixture.store,
    registry: builtinRegistry,
    issuerNetworks: parseNetworks(networks),
    log: pino({ level: 'silent' }),
    now: () => fixture.clock.now,
  });
const keyOf = (name: string) => ({
  resource: 'trustedissuers.platform.berth.dev',
  namespace: 'default',
  name,
});

async function trust(name: string): Promise<void> {
  await fixture.system.create<TrustedIssuer>({
    apiVersion: 'platform.berth.dev/v1',
    kind: 'TrustedIssuer',
    metadata: { name, namespace: 'default' },
    spec: {
      issuer: provider.issuer,
      certificateAuthority: provider.certificateAuthority,
      audiences: ['berth'],
      claims: [{ match: 'true', user: 'claims.sub' }],
    },
  });
}

const stateOf = async (name: string) => {
  const found = await fixture.system.get<TrustedIssuer>(keyOf(name));
  const ready = found?.status?.conditions?.find(({ type }) => type === 'Ready');
  return { status: ready?.status, reason: ready?.reason, revision: found?.metadata.resourceVersion };
};

function pass(seconds: number): void {
  fixture.clock.now = new Date(fixture.clock.now.getTime() + seconds * 1_000);
}

test('whether the keys of an issuer can be had stands in its TrustedIssuer, and is written when it changes', async () => {
  const check = checkOf('127.0.0.1/32');
  await trust('ci');
  await check.look();
  const well = await stateOf('ci');
  expect(well).toMatchObject({ status: 'True', reason: 'KeysFetched' });
  await check.look();
  expect(provider.requests).toHaveLength(2);

  provider.behaviour.discovery = 'dead';
  pass(600);
  await check.look();
  const away = await stateOf('ci');
  expect(away).toMatchObject({ status: 'False', reason: 'Unreachable' });
  pass(60);
  await check.look();
  expect(await stateOf('ci')).toEqual(away);

  provider.behaviour.discovery = 'right';
  pass(60);
  await check.look();
  expect(await stateOf('ci')).toMatchObject({ status: 'True', reason: 'KeysFetched' });
});

test('a change of the issuer is looked at soon', async () => {
  const check = checkOf('127.0.0.1/32');
  await trust('changing');
  await check.look();
  await fixture.system.update<TrustedIssuer>(keyOf('changing'), (current) => ({
    ...current,
    spec: { ...current.spec, issuer: `${provider.issuer}/realm` },
  }));
  await check.look();
  expect(await stateOf('changing')).toMatchObject({ status: 'False', reason: 'BadDiscovery' });
});

test('an issuer at a private address is not asked unless the operator allows it', async () => {
  await trust('inside');
  const before = provider.requests.length;
  await checkOf('').look();
  expect(provider.requests).toHaveLength(before);
  expect(await stateOf('inside')).toMatchObject({ status: 'False', reason: 'AddressRefused' });
});
