import { expect, it } from 'vitest';
import { created, decoded, type Members, patched, updateRefusals } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { endpointSlice } from './endpoint-slice.ts';

const slice: Members = {
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'] }],
  ports: [{ port: 80 }],
};

it.each<readonly [Members, string[]]>([
  [{}, []],
  [{ endpoints: null, ports: null }, []],
  [{ addressType: '' }, ['addressType: Required value']],
  [{ addressType: 'IP' }, ['addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"']],
  [
    { endpoints: [{ addresses: [] }] },
    ['endpoints[0].addresses: Required value: must contain at least 1 address'],
  ],
  [
    { endpoints: [{ addresses: ['fd00::1', '127.0.0.1'] }] },
    [
      'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address',
      'endpoints[0].addresses[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  ],
  [{ endpoints: [{ addresses: ['127.1.0.1'] }] }, []],
  [
    { addressType: 'FQDN', endpoints: [{ addresses: ['a', 'a.b.'] }] },
    [
      'endpoints[0].addresses[0]: Invalid value: "a": should be a domain with at least two segments separated by dots',
    ],
  ],
  [
    { endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) },
    ['endpoints: Too many: 1001: must have at most 1000 items'],
  ],
  [
    { endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }] },
    ['endpoints[0].hints.forZones[1].name: Duplicate value: "a"'],
  ],
  [
    { ports: [{ name: 'a' }, { name: 'a', protocol: 'X' }] },
    [
      'ports[1].name: Duplicate value: "a"',
      'ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
])('a slice %j is refused as upstream does', (patch, refusals) => {
  expect(created(endpointSlice, patched(slice, patch)).refusals).toEqual(refusals);
});

it('the type of the addresses stays', () => {
  const next = patched(slice, { addressType: 'IPv6', endpoints: [] });
  expect(updateRefusals(endpointSlice, { current: slice, next })).toEqual([
    'addressType: Invalid value: "IPv6": field is immutable',
  ]);
});

it('what only the beta version had is dropped from new endpoints, and kept in old ones', () => {
  const old = patched(slice, { endpoints: [{ addresses: ['10.0.0.1'], deprecatedTopology: { a: 'b' } }] });
  expect(created(endpointSlice, old).object).toMatchObject({ endpoints: [{ addresses: ['10.0.0.1'] }] });
  expect(created(endpointSlice, old).object).not.toHaveProperty('endpoints[0].deprecatedTopology');
  const stored = decoded(endpointSlice, old);
  expect(endpointSlice.strategy.prepareForUpdate(stored, stored)).toBe(stored);
});

it.each<readonly [Members, string, string]>([
  [{}, '80', '10.0.0.1'],
  [{ endpoints: [], ports: [] }, '<unset>', '<unset>'],
  [{ ports: [{ name: 'a' }, {}] }, 'a,*', '10.0.0.1'],
  [
    { endpoints: [1, 2, 3, 4].map((n) => ({ addresses: [`10.0.0.${n}`] })) },
    '80',
    '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
  ],
])('a slice %j is shown', (patch, ports, endpoints) => {
  expect(cellsOf(endpointSlice, decoded(endpointSlice, patched(slice, patch)), new Date())).toMatchObject({
    AddressType: 'IPv4',
    Ports: ports,
    Endpoints: endpoints,
  });
});
