import type { DiscoveryEndpointPort, Endpoint, EndpointSlice, Service, ServiceSpec } from '@berth/kinds';
import { describe, expect, it, test } from 'vitest';
import { frontendKey, serviceTable } from './service-table.ts';

const place = { nodeNames: new Set(['here']), nodeAddress: '127.0.0.1' };

function serviceOf(spec: ServiceSpec, name = 's'): Service {
  const whole = { type: 'ClusterIP' as const, clusterIPs: ['127.64.0.1'], ports: [{ port: 80 }], ...spec };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', uid: `service-${name}` },
    spec: whole,
  };
}

function sliceOf(
  endpoints: Endpoint[],
  ports: DiscoveryEndpointPort[] = [{ name: '', port: 9376 }],
  name = 's',
): EndpointSlice {
  const labels = { 'kubernetes.io/service-name': name };
  const metadata = { name: `${name}-x`, namespace: 'shop', uid: `slice-${name}-${ports[0]?.name}`, labels };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

const at = (address: string, conditions?: Endpoint['conditions'], nodeName = 'here'): Endpoint => ({
  addresses: [address],
  nodeName,
  ...(conditions && { conditions }),
});

/** `<protocol> <address> <port>` to `<backend>, …`. */
function offered(services: Service[], slices: EndpointSlice[]): Record<string, string> {
  const known = {
    services: new Map(services.map((service) => [service.metadata.uid ?? '', service])),
    slices: new Map(slices.map((slice) => [slice.metadata.uid ?? '', slice])),
  };
  return Object.fromEntries(
    [...serviceTable(new Map([['c', known]]), place).values()].map((frontend) => [
      frontendKey(frontend),
      frontend.backends.map(({ address, port }) => `${address}:${port}`).join(', '),
    ]),
  );
}

describe('what a node offers', () => {
  const cases: ReadonlyArray<readonly [string, ServiceSpec, EndpointSlice[], Record<string, string>]> = [
    [
      'ready endpoints',
      {},
      [sliceOf([at('127.1.0.1'), at('127.1.0.2', { ready: true }), at('127.1.0.3', { ready: false })])],
      { 'TCP 127.64.0.1 80': '127.1.0.1:9376, 127.1.0.2:9376' },
    ],
    [
      'those that still serve where none is ready',
      {},
      [
        sliceOf([
          at('127.1.0.1', { ready: false, serving: true, terminating: true }),
          at('127.1.0.2', { ready: false, serving: false }),
        ]),
      ],
      { 'TCP 127.64.0.1 80': '127.1.0.1:9376' },
    ],
    ['nothing behind it where there are none', {}, [], { 'TCP 127.64.0.1 80': '' }],
    [
      'ports by their names',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81 },
        ],
      },
      [
        sliceOf(
          [at('127.1.0.1')],
          [
            { name: 'a', port: 1 },
            { name: 'b', port: 2 },
          ],
        ),
        sliceOf([at('127.1.0.2')], [{ name: 'b', port: 3 }]),
      ],
      { 'TCP 127.64.0.1 80': '127.1.0.1:1', 'TCP 127.64.0.1 81': '127.1.0.1:2, 127.1.0.2:3' },
    ],
    [
      'endpoints of this node alone, where the Service says so',
      { internalTrafficPolicy: 'Local' },
      [sliceOf([at('127.1.0.1'), at('127.1.0.2', undefined, 'there')])],
      { 'TCP 127.64.0.1 80': '127.1.0.1:9376' },
    ],
    [
      'a node port',
      { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30_001 }] },
      [sliceOf([at('127.1.0.1'), at('127.1.0.2', undefined, 'there')])],
      { 'TCP 127.64.0.1 80': '127.1.0.1:9376, 127.1.0.2:9376', 'TCP 127.0.0.1 30001': '127.1.0.1:9376' },
    ],
    ['addresses of loopback alone', { clusterIPs: ['10.96.0.1'] }, [sliceOf([at('127.1.0.1')])], {}],
    ['no headless Services', { clusterIPs: ['None'] }, [sliceOf([at('127.1.0.1')])], {}],
    [
      'a number of both protocols, each with its own endpoints',
      {
        type: 'NodePort',
        ports: [
          { name: 'dns-tcp', port: 53, nodePort: 30_053 },
          { name: 'dns', port: 53, nodePort: 30_053, protocol: 'UDP' },
        ],
      },
      [
        sliceOf(
          [at('127.1.0.1')],
          [
            { name: 'dns', port: 5353, protocol: 'UDP' },
            { name: 'dns-tcp', port: 5354 },
          ],
        ),
      ],
      {
        'TCP 127.64.0.1 53': '127.1.0.1:5354',
        'TCP 127.0.0.1 30053': '127.1.0.1:5354',
        'UDP 127.64.0.1 53': '127.1.0.1:5353',
        'UDP 127.0.0.1 30053': '127.1.0.1:5353',
      },
    ],
    ['no other protocol', { ports: [{ port: 53, protocol: 'SCTP' }] }, [], {}],
    [
      'no way to what listens on the machine itself',
      {},
      [sliceOf([at('127.0.0.1'), at('::1')])],
      { 'TCP 127.64.0.1 80': '' },
    ],
  ];
  it.each(cases.map(([name, spec, slices, expected]) => ({ name, spec, slices, expected })))(
    '$name',
    (given) => {
      const { spec, slices, expected } = given;
      expect(offered([serviceOf(spec)], slices)).toEqual(expected);
    },
  );
});

test('what goes on already may go on wherever somebody serves', () => {
  const slice = sliceOf([
    at('127.1.0.1'),
    at('127.1.0.2', { ready: false, serving: true, terminating: true }),
    at('127.1.0.3', { ready: true, serving: true }, 'there'),
    at('127.1.0.4', { ready: false, serving: false }),
  ]);
  const service = serviceOf({ internalTrafficPolicy: 'Local' });
  const known = { services: new Map([['s', service]]), slices: new Map([['x', slice]]) };
  const [frontend] = serviceTable(new Map([['c', known]]), place).values();
  expect(frontend?.backends.map(({ address }) => address)).toEqual(['127.1.0.1']);
  expect(frontend?.serving.map(({ address }) => address)).toEqual(['127.1.0.1', '127.1.0.2', '127.1.0.3']);
});
