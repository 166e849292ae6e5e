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
  expect(serviceUsage(service)).toEqual({ tags: [], amounts });
});
