import type { KubeObject, ObjectUsage } from '@berth/machinery';
import type { Service, ServiceSpec } from '../generated/api-types.ts';
import { valuesHeldBy } from './held-values.ts';

/** What a Service uses of quotas, and what it alone holds. https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-on-object-count */
export function serviceUsage(object: KubeObject): ObjectUsage {
  const { spec = {} }: Service = object;
  const nodePorts = nodePortCount(spec);
  const held = valuesHeldBy(spec);
  return {
    tags: [],
    amounts: {
      ...(nodePorts > 0 && { 'services.nodeports': String(nodePorts) }),
      ...(spec.type === 'LoadBalancer' && { 'services.loadbalancers': '1' }),
    },
    ...(held.length > 0 && { holds: held }),
  };
}

/** A load balancer that needs no node ports may still ask for single ones. */
function nodePortCount({ type, ports = [], allocateLoadBalancerNodePorts }: ServiceSpec): number {
  if (type === 'NodePort') return ports.length;
  if (type !== 'LoadBalancer') return 0;
  return allocateLoadBalancerNodePorts === false
    ? ports.filter(({ nodePort }) => nodePort).length
    : ports.length;
}
