import type { Endpoints, EndpointSubset, ServiceSpec } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { ServiceScenario } from '../testing/service-scenario.ts';
import { truncated } from './subsets.ts';

function endpointsOf(scenario: ServiceScenario, name = 's'): Endpoints | undefined {
  return scenario.cluster.get<Endpoints>('endpoints', 'default', name);
}

describe('Endpoints of a Service', () => {
  it('are there for a Service without pods, and go with it', () => {
    const scenario = new ServiceScenario();
    const service = scenario.service({ clusterIP: '10.1.0.1' }, { labels: { a: 'b' } });
    expect(endpointsOf(scenario)?.metadata.labels).toEqual({
      a: 'b',
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });
    expect(endpointsOf(scenario)?.subsets).toBeUndefined();
    scenario.cluster.delete(scenario.current(service));
    scenario.cluster.settle();
    expect(endpointsOf(scenario)).toBeUndefined();
  });

  it('hold ready and other pods apart, and no pod that ends', () => {
    const scenario = new ServiceScenario();
    scenario.service({ clusterIP: 'None' });
    const first = scenario.readyPod();
    const second = scenario.pod({
      spec: { hostname: 'h', subdomain: 's', containers: [{ name: 'c', image: 'x' }] },
    });
    scenario.report(second, {});
    scenario.cluster.delete(scenario.readyPod());
    scenario.cluster.settle();
    const ref = (name: string, uid: string | undefined) => ({ kind: 'Pod', namespace: 'default', name, uid });
    expect(endpointsOf(scenario)).toMatchObject({
      metadata: { labels: { 'service.kubernetes.io/headless': '' } },
      subsets: [
        {
          addresses: [{ ip: '10.0.0.0', nodeName: 'a', targetRef: ref('p0', first.metadata.uid) }],
          notReadyAddresses: [
            { ip: '10.0.0.1', hostname: 'h', nodeName: 'a', targetRef: ref('p1', second.metadata.uid) },
          ],
          ports: [{ port: 80, protocol: 'TCP' }],
        },
      ],
    });
  });

  it.each<readonly [string, ServiceSpec, unknown]>([
    ['pods with the same ports share a subset', { ports: [{ port: 80, targetPort: 'http' }] }, [[2, [8080]]]],
    [
      'two ports of a pod share a subset',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
        ],
      },
      [[2, [1, 2]]],
    ],
    ['a port that no pod has makes none', { ports: [{ port: 80, targetPort: 'none' }] }, []],
    ['a headless Service needs no ports', { clusterIP: 'None', ports: [] }, [[2, undefined]]],
    ['a Service sees addresses of its family', { ipFamilies: ['IPv6'] }, []],
  ])('%s', (_name, spec, expected) => {
    const scenario = new ServiceScenario();
    scenario.service(spec);
    scenario.readyPod();
    scenario.readyPod();
    scenario.cluster.settle();
    const shown = (endpointsOf(scenario)?.subsets ?? []).map(({ addresses, ports }) => [
      addresses?.length,
      ports?.map(({ port }) => port),
    ]);
    expect(shown).toEqual(expected);
  });

  it('are put right if somebody changes them or takes them away, but left alone before their Service', () => {
    const scenario = new ServiceScenario();
    const subsets = [{ addresses: [{ ip: '10.9.9.9' }] }];
    const custom: Endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 's', namespace: 'default' },
      subsets,
    };
    scenario.cluster.create(custom);
    scenario.cluster.settle();
    expect(endpointsOf(scenario)?.subsets).toEqual(subsets);
    scenario.service();
    expect(endpointsOf(scenario)?.subsets).toBeUndefined();
    scenario.cluster.update({ ...custom, metadata: { ...custom.metadata, labels: {} } });
    scenario.cluster.settle();
    expect(endpointsOf(scenario)?.subsets).toBeUndefined();
    const current = endpointsOf(scenario);
    if (current) scenario.cluster.delete(current);
    scenario.cluster.settle();
    expect(endpointsOf(scenario)).toBeDefined();
  });
});

describe('Endpoints beyond their capacity', () => {
  const subset = (ready: number, notReady: number): EndpointSubset => ({
    ...(ready && {
      addresses: Array.from({ length: ready }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` })),
    }),
    ...(notReady && {
      notReadyAddresses: Array.from({ length: notReady }, (_, i) => ({ ip: `10.1.${i >> 8}.${i & 255}` })),
    }),
  });
  it.each<readonly [EndpointSubset[], Array<readonly [number, number]>, boolean]>([
    [[subset(500, 500)], [[500, 500]], false],
    [[subset(500, 501)], [[500, 500]], true],
    [[subset(1200, 5)], [[1000, 0]], true],
    [
      [subset(900, 100), subset(600, 0)],
      [
        [600, 0],
        [400, 0],
      ],
      true,
    ],
    [
      [subset(300, 600), subset(300, 600)],
      [
        [300, 200],
        [300, 200],
      ],
      true,
    ],
  ])('case %#', (subsets, sizes, isOver) => {
    const result = truncated(subsets);
    const shown = result.subsets.map(({ addresses = [], notReadyAddresses = [] }) => [
      addresses.length,
      notReadyAddresses.length,
    ]);
    expect([shown, result.isOverCapacity]).toEqual([sizes, isOver]);
  });

  it('say so', () => {
    const scenario = new ServiceScenario();
    scenario.service();
    const pods = Array.from({ length: 1001 }, () => scenario.readyPod());
    scenario.cluster.settle();
    const annotation = (): unknown =>
      endpointsOf(scenario)?.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'];
    expect([annotation(), endpointsOf(scenario)?.subsets?.[0]?.addresses?.length]).toEqual([
      'truncated',
      1000,
    ]);
    const [pod] = pods;
    if (pod) scenario.report(pod, { phase: 'Failed' });
    scenario.cluster.settle();
    expect([annotation(), endpointsOf(scenario)?.subsets?.[0]?.addresses?.length]).toEqual([undefined, 1000]);
  });
});
