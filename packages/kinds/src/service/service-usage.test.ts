import { expect, test } from 'vitest';
import type { ServiceSpec } from '../generated/api-types.ts';
import { serviceUsage } from './service-usage.ts';

const ports = [{ port: 80 }, { port: 443, nodePort: 30_443 }];

test.each<[string, ServiceSpec, Record<string, string>]>([
  ['nothing but itself', { type: 'ClusterIP', ports }, {}],
  ['a node port for each port', { type: 'NodePort', ports }, { 'services.nodeports': '2' }],
  [
    'a load balancer and its node ports',
    { type: 'LoadBalancer', ports },
    { 'services.loadbalancers': '1', 'services.nodeports': '2' },
  ],
  [
    'the node ports that a load balancer without them asks for',
    { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports },
    { 'services.loadbalancers': '1', 'services.nodeports': '1' },
  ],
  [
    'no node port where none is asked for',
    { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] },
    { 'services.loadbalancers': '1' },
  ],
])('a Service uses %s', (_name, spec, amounts) => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec };
  expect(serviceUsage(service)).toMatchObject({ tags: [], amounts });
  expect(serviceUsage(service).amounts).toEqual(amounts);
});

test.each<[string, ServiceSpec, string[] | undefined]>([
  [
    'its addresses and ports',
    { type: 'NodePort', clusterIPs: ['10.0.0.1', 'fd00::1'], ports },
    ['ip/10.0.0.1', 'ip/fd00::1', 'port/30443'],
  ],
  [
    'an address of loopback on every machine',
    { type: 'ClusterIP', clusterIPs: ['127.64.0.1'] },
    ['machine/127.64.0.1'],
  ],
  [
    'the port of its health checks, and one port of two protocols once',
    {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 30_100,
      ports: [
        { port: 53, nodePort: 30_053 },
        { port: 53, protocol: 'UDP', nodePort: 30_053 },
      ],
    },
    ['port/30053', 'port/30100'],
  ],
  ['nothing where it is headless', { type: 'ClusterIP', clusterIPs: ['None'] }, undefined],
  ['nothing where it is another name', { type: 'ExternalName', externalName: 'a.b' }, undefined],
])('a Service holds %s', (_name, spec, holds) => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec };
  expect(serviceUsage(service).holds).toEqual(holds);
});
