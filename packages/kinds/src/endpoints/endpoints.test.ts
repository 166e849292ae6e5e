import { expect, it } from 'vitest';
import { created, decoded, type Members } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { endpoints } from './endpoints.ts';

it.each<readonly [Members, string[]]>([
  [{}, []],
  [{ subsets: [{ addresses: [{ ip: '10.0.0.1', nodeName: 'n' }], ports: [{ port: 80 }] }] }, []],
  [
    { subsets: [{ ports: [{ port: 80 }] }] },
    ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  ],
  [
    { subsets: [{ addresses: [{ ip: 'x' }], notReadyAddresses: [{ ip: '169.254.1.1', hostname: 'A' }] }] },
    [
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      `subsets[0].notReadyAddresses[0].hostname: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
      'subsets[0].notReadyAddresses[0].ip: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ],
  ],
  [
    {
      subsets: [
        { addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 0 }, { port: 1, name: 'a', protocol: 'X' }] },
      ],
    },
    [
      'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'subsets[0].ports[0].name: Required value',
      'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'subsets[0].ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
])('Endpoints %j are refused as upstream does', (members, refusals) => {
  expect(created(endpoints, members).refusals).toEqual(refusals);
});

it.each<readonly [Members, string]>([
  [{}, '<none>'],
  [
    { subsets: [{ addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], ports: [{ port: 80 }] }] },
    '10.0.0.1:80,[fd00::1]:80',
  ],
  [{ subsets: [{ addresses: [{ ip: '10.0.0.1' }] }] }, '10.0.0.1'],
  [
    {
      subsets: [
        {
          addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }],
          ports: [
            { port: 1, name: 'a' },
            { port: 2, name: 'b' },
          ],
        },
      ],
    },
    '10.0.0.1:1,10.0.0.2:1,10.0.0.1:2 + 1 more...',
  ],
])('Endpoints %j are shown', (members, text) => {
  const cells = cellsOf(endpoints, decoded(endpoints, members), new Date());
  expect(cells['Endpoints']).toBe(text);
});

it('addresses in an unusual form are warned of, but not those of the controller', () => {
  const subsets = [{ addresses: [{ ip: 'FD00::1' }] }];
  const of = (labels: Record<string, string>) =>
    endpoints.strategy.warnings?.(decoded(endpoints, { metadata: { labels }, subsets }));
  expect(of({})).toEqual([
    'subsets[0].addresses[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
  ]);
  expect(of({ 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' })).toEqual([]);
});
