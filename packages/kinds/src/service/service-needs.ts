import type { ServiceSpec } from '../generated/api-types.ts';

/** What takes the place of an address where a Service has none of its own. */
export const noClusterIp = 'None';

/** A Service whose clients find the endpoints by themselves. */
export function isHeadless({ type, clusterIP }: ServiceSpec): boolean {
  return type === 'ClusterIP' && clusterIP === noClusterIp;
}

export function needsClusterIp({ type }: ServiceSpec): boolean {
  return type !== undefined && type !== 'ExternalName';
}

export function needsNodePorts({ type }: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

export function isExternallyAccessible({ type, externalIPs = [] }: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0);
}

/** Nodes without endpoints must tell the load balancer so. */
export function needsHealthCheckPort({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}
/** A load balancer need not come by way of node ports. */
export function allocatesNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}
