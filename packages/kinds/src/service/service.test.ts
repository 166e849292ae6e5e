import { describe, expect, it } from 'vitest';
import type { ServiceSpec } from '../generated/api-types.ts';
import { created, decoded, type Members, patched } from '../registry/decoded-fixture.ts';
import { cellsOf } from '../registry/kind-fixture.ts';
import { service } from './service.ts';
import { serviceSpecOf } from './service-of.ts';

const now = new Date('2026-03-01T00:10:00Z');

describe('defaults of Services', () => {
  it.each<readonly [Members, Partial<ServiceSpec>]>([
    [
      { ports: [{ port: 80 }] },
      {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
    ],
    [
      { ports: [], sessionAffinity: 'ClientIP' },
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } },
    ],
    [{ type: 'NodePort', ports: [] }, { externalTrafficPolicy: 'Cluster' }],
    [
      { type: 'LoadBalancer', ports: [] },
      { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster' },
    ],
    [{ externalIPs: ['192.0.2.1'], ports: [] }, { externalTrafficPolicy: 'Cluster' }],
    [
      { clusterIP: '10.0.0.1', ports: [] },
      { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] },
    ],
  ])('%j', (spec, defaults) => {
    expect(serviceSpecOf(created(service, { spec }).object)).toMatchObject(defaults);
  });

  it('an external name has no policy for traffic within', () => {
    const spec = serviceSpecOf(
      created(service, { spec: { type: 'ExternalName', externalName: 'a.b' } }).object,
    );
    expect(spec).toEqual({ type: 'ExternalName', externalName: 'a.b', sessionAffinity: 'None' });
  });
});

const stored: Members = {
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30_100,
    ports: [
      { port: 80, name: 'a', nodePort: 30_001 },
      { port: 443, name: 'b', nodePort: 30_002 },
    ],
  },
};

function updated(patch: Members): ServiceSpec {
  const next = decoded(service, patched(stored, patch));
  return serviceSpecOf(service.strategy.prepareForUpdate(next, decoded(service, stored)));
}

describe('what an update leaves out', () => {
  it('stays if the cluster gave it', () => {
    const spec = updated({
      spec: {
        clusterIP: null,
        clusterIPs: null,
        healthCheckNodePort: null,
        ports: [{ port: 81, name: 'b' }],
      },
    });
    expect(spec).toMatchObject({
      clusterIP: '10.0.0.1',
      clusterIPs: ['10.0.0.1'],
      healthCheckNodePort: 30_100,
    });
    expect(spec.ports).toEqual([{ port: 81, name: 'b', protocol: 'TCP', targetPort: 81, nodePort: 30_002 }]);
  });

  it('goes if the new type has no use for it', () => {
    const spec = updated({ spec: { type: 'ExternalName', externalName: 'a.b' } });
    expect(Object.keys(spec).sort()).toEqual(['externalName', 'ports', 'sessionAffinity', 'type']);
    expect(spec.ports?.map(({ nodePort }) => nodePort)).toEqual([undefined, undefined]);
    expect(updated({ spec: { type: 'ClusterIP' } })).toMatchObject({
      clusterIP: '10.0.0.1',
      ipFamilies: ['IPv4'],
    });
  });
});

describe('columns of Services', () => {
  it.each<readonly [Members, Record<string, unknown>]>([
    [
      {
        spec: {
          clusterIP: '10.0.0.1',
          clusterIPs: ['10.0.0.1'],
          selector: { b: '2', a: '1' },
          ports: [{ port: 80 }],
        },
      },
      {
        Type: 'ClusterIP',
        'Cluster-IP': '10.0.0.1',
        'External-IP': '<none>',
        'Port(s)': '80/TCP',
        'Selector*': 'a=1,b=2',
      },
    ],
    [
      {
        spec: {
          type: 'NodePort',
          externalIPs: ['192.0.2.1'],
          ports: [
            { port: 80, nodePort: 30_001 },
            { port: 53, protocol: 'UDP' },
          ],
        },
      },
      {
        Type: 'NodePort',
        'External-IP': '192.0.2.1',
        'Port(s)': '80:30001/TCP,53/UDP',
        'Selector*': '<none>',
      },
    ],
    [
      { spec: { type: 'LoadBalancer' } },
      { 'Cluster-IP': '<none>', 'External-IP': '<pending>', 'Port(s)': '<none>' },
    ],
    [
      {
        spec: { type: 'LoadBalancer' },
        status: { loadBalancer: { ingress: [{ hostname: 'b' }, { ip: '192.0.2.1' }] } },
      },
      { 'External-IP': '192.0.2.1,b' },
    ],
    [{ spec: { type: 'ExternalName', externalName: 'a.b' } }, { 'External-IP': 'a.b' }],
  ])('%j', (members, cells) => {
    expect(cellsOf(service, decoded(service, members), now)).toMatchObject(cells);
  });
});

it('warns of what a Service has to no purpose', () => {
  const { object } = created(service, {
    metadata: { annotations: { 'service.kubernetes.io/topology-aware-hints': 'auto' } },
    spec: {
      clusterIP: 'None',
      externalIPs: ['192.0.2.1'],
      loadBalancerIP: '192.0.2.2',
      sessionAffinity: 'ClientIP',
      externalName: 'a.b',
      trafficDistribution: 'PreferClose',
    },
  });
  expect(service.strategy.warnings?.(object)).toEqual([
    'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
    'spec.loadBalancerIP is ignored for headless services',
    'spec.externalIPs is ignored for headless services',
    'spec.SessionAffinity is ignored for headless services',
    'spec.externalName is ignored when spec.type is not "ExternalName"',
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  ]);
});

it('Services are found by their address and type', () => {
  const object = decoded(service, { spec: { clusterIP: '10.0.0.1' } });
  expect(Object.values(service.selectableFields).map((valueOf) => valueOf(object))).toEqual([
    '10.0.0.1',
    'ClusterIP',
  ]);
});
