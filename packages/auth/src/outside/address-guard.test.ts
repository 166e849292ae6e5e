import { expect, test } from 'vitest';
import { isCallable, parseNetworks } from './address-guard.ts';

test.for(['8.8.8.8', '140.82.112.3', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
  '%s is public',
  (address) => {
    expect(isCallable(address, [])).toBe(true);
  },
);

test.for([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.31.0.1', 'private'],
  ['192.168.0.1', 'private'],
  ['169.254.169.254', 'link-local, where clouds serve metadata'],
  ['100.64.0.1', 'shared by carriers'],
  ['100.100.100.200', "Alibaba's metadata"],
  ['168.63.129.16', "Azure's metadata"],
  ['192.0.0.192', "Oracle's metadata"],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'this network'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['192.0.2.1', 'documentation'],
  ['198.18.0.1', 'benchmarking'],
  ['::1', 'loopback'],
  ['::', 'unspecified'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with a zone'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', "AWS's metadata"],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', 'mapped loopback'],
  ['::ffff:a00:1', 'mapped private'],
  ['::ffff:169.254.169.254', 'mapped metadata'],
  ['::127.0.0.1', 'IPv4-compatible loopback'],
  ['64:ff9b::10.0.0.1', 'translated private'],
  ['64:ff9b::a9fe:a9fe', 'translated metadata'],
  ['64:ff9b:1::8.8.8.8', 'local translation'],
  ['2002:7f00:1::', '6to4 of loopback'],
  ['2002:808:808::1', '6to4'],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['4000::1', 'not given out'],
  ['example.com', 'no address'],
  ['', 'nothing'],
] as const)('%s may not be called: %s', ([address]) => {
  expect(isCallable(address, [])).toBe(false);
});

test('what the operator allows may be called, and nothing beside it', () => {
  const allowed = parseNetworks('10.1.0.0/16, 127.0.0.1/32,fd00::/8');
  const callable = ['10.1.2.3', '127.0.0.1', 'fd12::1', '::ffff:10.1.2.3'];
  expect(callable.filter((address) => isCallable(address, allowed))).toEqual(callable);
  const refused = ['10.2.0.1', '127.0.0.2', '::1', 'fc00::1'];
  expect(refused.filter((address) => isCallable(address, allowed))).toEqual([]);
});

test.for(['10.0.0.0', 'loopback', '10.0.0.0/33', '10.0.0.0/8,x'])('the setting %j is refused', (text) => {
  expect(() => parseNetworks(text)).toThrow(/is no network/);
});
