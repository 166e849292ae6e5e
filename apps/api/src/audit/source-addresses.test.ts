import { expect, test } from 'vitest';
import { sourceAddresses, trustedForwarders } from './source-addresses.ts';

test.for<[string[], string | undefined, string | undefined, string[]]>([
  [[], '198.51.100.7', undefined, ['198.51.100.7']],
  [[], '198.51.100.7', '203.0.113.9', ['198.51.100.7']],
  [['10.0.0.0/8'], '198.51.100.7', '203.0.113.9', ['198.51.100.7']],
  [['10.0.0.0/8'], '10.1.2.3', '203.0.113.9, 10.9.9.9', ['203.0.113.9', '10.9.9.9', '10.1.2.3']],
  [['10.0.0.0/8'], '::ffff:10.1.2.3', '203.0.113.9', ['203.0.113.9', '10.1.2.3']],
  [['::1'], '::1', 'unknown, 2001:db8::1', ['2001:db8::1', '::1']],
  [['10.0.0.0/8'], '10.1.2.3', undefined, ['10.1.2.3']],
  [[], undefined, '203.0.113.9', []],
])('with %j trusted, %s that forwards for %s: %j', ([proxies, peer, forwardedFor, expected]) => {
  expect(sourceAddresses(peer, forwardedFor, trustedForwarders(proxies))).toEqual(expected);
});

test('a proxy that is no address is refused', () => {
  expect(() => trustedForwarders(['proxy.example'])).toThrow(
    '"proxy.example" is neither an address nor a network',
  );
});
