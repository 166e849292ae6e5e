import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OidcProvider, startOidcProvider } from '../../../../test/support/oidc-provider.ts';
import { parseNetworks } from './address-guard.ts';
import { fetchIssuerKeys, type IssuerFetchOptions } from './fetch-issuer-keys.ts';
import { IssuerError } from './issuer-error.ts';

const allowed = parseNetworks('127.0.0.1/32');

let provider: OidcProvider;
beforeEach(async () => {
  provider = await startOidcProvider();
});
afterEach(() => provider.close());

async function outcome(options: Partial<IssuerFetchOptions> & { issuer?: string } = {}): Promise<string> {
  const { issuer = provider.issuer, ...rest } = options;
  const { certificateAuthority } = provider;
  try {
    const { jwks } = await fetchIssuerKeys({ issuer, certificateAuthority }, { allowed, ...rest });
    return `${jwks.keys.length} keys`;
  } catch (error) {
    return error instanceof IssuerError ? `${error.code}: ${error.message}` : String(error);
  }
}

test('keys are fetched by way of the discovery document, with their age', async () => {
  provider.cacheControl = 'public, max-age=120';
  const { certificateAuthority, issuer } = provider;
  const found = await fetchIssuerKeys({ issuer, certificateAuthority }, { allowed });
  expect(found).toEqual({ jwks: { keys: provider.publicKeys }, maxAgeSeconds: 120 });
  expect(provider.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test('an issuer whose certificate nobody vouches for is not believed', async () => {
  await expect(fetchIssuerKeys({ issuer: provider.issuer }, { allowed })).rejects.toMatchObject({
    code: 'Unreachable',
    message: expect.stringContaining('SELF_SIGNED_CERT'),
  });
});

describe('an issuer that misbehaves is refused', () => {
  test.for([
    [
      'discovery',
      'redirecting',
      'BadStatus: $/.well-known/openid-configuration answered with status 302 instead of 200',
    ],
    [
      'discovery',
      'failing',
      'BadStatus: $/.well-known/openid-configuration answered with status 500 instead of 200',
    ],
    ['discovery', 'html', 'NotJson: $/.well-known/openid-configuration did not answer with JSON'],
    ['discovery', 'huge', 'TooLarge: $/.well-known/openid-configuration answered with more than 256 KiB'],
    [
      'discovery',
      'dead',
      'Unreachable: $/.well-known/openid-configuration cannot be reached: UND_ERR_SOCKET',
    ],
    ['keys', 'redirecting', 'BadStatus: $/keys answered with status 302 instead of 200'],
    ['keys', 'html', 'NotJson: $/keys did not answer with JSON'],
    ['keys', 'huge', 'TooLarge: $/keys answered with more than 256 KiB'],
  ] as const)('%s: %s', async ([document, behaviour, message]) => {
    provider.behaviour[document] = behaviour;
    expect(await outcome()).toBe(message.replace('$', provider.issuer));
    expect(provider.requests).not.toContain('/elsewhere');
  });

  test.for(['silent', 'trickling'] as const)('%s, after the time for both documents', async (behaviour) => {
    provider.behaviour.keys = behaviour;
    expect(await outcome({ timeoutMs: 300 })).toBe(
      `TimedOut: ${provider.issuer}/keys did not answer in time`,
    );
  });

  test.for<readonly [Record<string, unknown>, string]>([
    [
      { issuer: 'https://other.example.com' },
      'BadDiscovery: the discovery document is of another issuer than the one asked for',
    ],
    [{ jwks_uri: undefined }, 'BadDiscovery: the discovery document names no jwks_uri'],
    [{ jwks_uri: 7 }, 'BadDiscovery: the discovery document names no jwks_uri'],
    [
      { jwks_uri: 'http://example.com/keys' },
      'BadDiscovery: the jwks_uri must be an https URL without a username or password',
    ],
    [
      { jwks_uri: 'file:///etc/passwd' },
      'BadDiscovery: the jwks_uri must be an https URL without a username or password',
    ],
    [
      { jwks_uri: 'https://10.0.0.1/keys' },
      'AddressRefused: 10.0.0.1 has no address that may be called from here',
    ],
    [
      { jwks_uri: 'https://[::ffff:169.254.169.254]/' },
      'AddressRefused: [::ffff:a9fe:a9fe] has no address that may be called from here',
    ],
    [
      { jwks_uri: 'https://0x7f000002/' },
      'AddressRefused: 127.0.0.2 has no address that may be called from here',
    ],
    [
      { jwks_uri: 'https://2130706434/' },
      'AddressRefused: 127.0.0.2 has no address that may be called from here',
    ],
  ])('its discovery says %j', async ([discovery, message]) => {
    provider.discovery = discovery;
    expect(await outcome()).toBe(message);
  });

  test('it has no key that verifies', async () => {
    provider.publicKeys.length = 0;
    provider.furtherKeys = [
      { kty: 'oct', k: 'c2VjcmV0' },
      { kty: 'RSA', use: 'enc', n: 'x', e: 'AQAB' },
      { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'private' },
    ];
    expect(await outcome()).toBe('BadKeys: the key set has no key that verifies signatures');
  });

  test('it has more keys than anybody needs', async () => {
    provider.furtherKeys = Array.from({ length: 100 }, () => ({ kty: 'oct' }));
    expect(await outcome()).toBe('BadKeys: the key set has more than 100 keys');
  });
});

describe('an address that may not be called', () => {
  test('is refused although the issuer is at home there', async () => {
    expect(await outcome({ allowed: [] })).toBe(
      'AddressRefused: localhost has no address that may be called from here',
    );
    expect(provider.requests).toEqual([]);
  });

  test('is refused where a name resolves to it', async () => {
    const resolve: IssuerFetchOptions['resolve'] = (_host, _options, callback) =>
      callback(null, [
        { address: '10.0.0.1', family: 4 },
        { address: 'fd00::1', family: 6 },
      ]);
    expect(await outcome({ resolve, issuer: 'https://issuer.example.com' })).toBe(
      'AddressRefused: issuer.example.com has no address that may be called from here',
    );
  });

  test('is not reached by a name that resolves to something else the second time', async () => {
    const { port } = new URL(provider.issuer);
    let connections = 0;
    const inner = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => inner.listen(Number(port), '127.0.0.2', resolve));
    const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.2', '127.0.0.2'];
    const resolve: IssuerFetchOptions['resolve'] = (_host, _options, callback) => {
      callback(null, [{ address: answers.shift() ?? '', family: 4 }]);
    };
    // The discovery is answered by the first address; the keys would come from the second one.
    expect(await outcome({ resolve })).toBe(
      'AddressRefused: localhost has no address that may be called from here',
    );
    expect(provider.requests).toEqual(['/.well-known/openid-configuration']);
    expect(answers).toHaveLength(2);
    expect(connections).toBe(0);
    await new Promise((resolve) => inner.close(resolve));
  });
});

test('plain HTTP serves an issuer on loopback whose keys are there, too', async () => {
  const plain = await startOidcProvider({ https: false });
  try {
    expect(await outcome({ issuer: plain.issuer })).toBe('1 keys');
    plain.discovery = { jwks_uri: plain.issuer.replace('127.0.0.1', 'localhost') };
    expect(await outcome({ issuer: plain.issuer })).toMatch(/^BadDiscovery/);
  } finally {
    await plain.close();
  }
});
