import type { Endpoints, Service } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { ServiceScenario } from '../testing/service-scenario.ts';

const custom: Endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {
    name: 's',
    namespace: 'default',
    labels: { a: 'b' },
    annotations: { c: 'd', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  },
  subsets: [
    {
      addresses: [{ ip: '10.9.0.1', hostname: 'h' }, { ip: 'fd00::1' }],
      notReadyAddresses: [{ ip: '10.9.0.2' }],
      ports: [{ name: 'x', port: 80 }],
    },
  ],
};

function start(spec: Service['spec'] = { ports: [{ port: 80 }] }): ServiceScenario {
  const scenario = new ServiceScenario();
  scenario.cluster.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec,
  });
  scenario.cluster.create(custom);
  scenario.cluster.settle();
  return scenario;
}

function current(scenario: ServiceScenario): Endpoints {
  const found = scenario.cluster.get<Endpoints>('endpoints', 'default', 's');
  if (!found) throw new Error('the Endpoints are gone');
  return found;
}

describe('Endpoints of a Service without a selector', () => {
  it('are mirrored, a slice for each family', () => {
    const scenario = start();
    expect(scenario.slices()).toEqual([
      expect.objectContaining({
        addressType: 'IPv4',
        ports: [{ name: 'x', port: 80, protocol: 'TCP' }],
        endpoints: [
          { addresses: ['10.9.0.1'], conditions: { ready: true }, hostname: 'h' },
          { addresses: ['10.9.0.2'], conditions: { ready: false } },
        ],
        metadata: expect.objectContaining({
          labels: {
            a: 'b',
            'kubernetes.io/service-name': 's',
            'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
          },
          annotations: { c: 'd' },
          ownerReferences: [expect.objectContaining({ kind: 'Endpoints', name: 's', controller: true })],
        }),
      }),
      expect.objectContaining({
        addressType: 'IPv6',
        endpoints: [{ addresses: ['fd00::1'], conditions: { ready: true } }],
      }),
    ]);
  });

  it('take their slices along: through an update in place, and a deletion', () => {
    const scenario = start();
    const [name] = scenario.slices().map(({ metadata }) => metadata.name);
    const subsets = [{ addresses: [{ ip: '10.9.0.9' }], ports: [{ name: 'y', port: 81 }] }];
    scenario.cluster.update({ ...current(scenario), subsets } as Endpoints);
    scenario.cluster.settle();
    expect(scenario.slices().map(({ metadata, ports }) => [metadata.name, ports?.[0]?.port])).toEqual([
      [name, 81],
    ]);
    scenario.cluster.delete(current(scenario));
    scenario.cluster.settle();
    expect(scenario.slices()).toEqual([]);
  });

  it('are mirrored again if somebody changes or deletes the mirror', () => {
    const scenario = start();
    const [slice] = scenario.slices();
    if (slice) scenario.cluster.update({ ...slice, endpoints: [] } as typeof slice);
    scenario.cluster.settle();
    expect(scenario.slices()[0]?.endpoints).toHaveLength(2);
    if (slice) scenario.cluster.delete(slice);
    scenario.cluster.settle();
    expect(scenario.slices()).toHaveLength(2);
  });

  it.each<readonly [string, (endpoints: Endpoints) => Endpoints]>([
    [
      'that say so',
      (endpoints) =>
        withMetadata(endpoints, { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }),
    ],
    [
      'that are a lock',
      (endpoints) =>
        withMetadata(endpoints, { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }),
    ],
  ])('are not mirrored %s', (_name, changed) => {
    const scenario = start();
    scenario.cluster.update(changed(current(scenario)));
    scenario.cluster.settle();
    expect(scenario.slices()).toEqual([]);
  });

  it('are mirrored up to a thousand addresses of a subset, and an Event says so', () => {
    const scenario = start();
    const addresses = Array.from({ length: 1002 }, (_, i) => ({ ip: `10.8.${i >> 8}.${i & 255}` }));
    scenario.cluster.update({
      ...current(scenario),
      subsets: [{ addresses, ports: [{ port: 80 }] }],
    } as Endpoints);
    scenario.cluster.settle();
    expect(scenario.slices().map(({ endpoints }) => endpoints?.length)).toEqual([1000]);
    expect(scenario.cluster.events('s')).toEqual([
      'TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped',
    ]);
  });

  it('lose their mirror to the controller of selected pods when the Service gets a selector', () => {
    const scenario = start();
    const service = scenario.cluster.get<Service>('services', 'default', 's');
    if (service) scenario.cluster.update({ ...service, spec: { ...service.spec, selector: { app: 'web' } } });
    scenario.cluster.settle();
    expect(
      scenario
        .slices()
        .every(
          ({ metadata }) =>
            metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === 'endpointslice-controller.k8s.io',
        ),
    ).toBe(true);
  });
});

function withMetadata(endpoints: Endpoints, changes: Partial<Endpoints['metadata']>): Endpoints {
  return { ...endpoints, metadata: { ...endpoints.metadata, ...changes } };
}
