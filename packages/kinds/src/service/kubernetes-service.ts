import type { KubeObject } from '@berth/machinery';
import type { Endpoints, EndpointSlice, Service } from '../generated/api-types.ts';
import type { ClusterPlace } from '../kind-definition.ts';
import { addressAt, ipRange } from './ip-range.ts';

const name = 'kubernetes';
const namespace = 'default';
/** As everywhere: clients within a cluster know this port. */
const port = 443;

/**
 * The Service by which a cluster's own clients find its API server, and the endpoints of it.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export function kubernetesService(place: ClusterPlace): readonly KubeObject[] {
  return [serviceOf(place), endpointsOf(place), sliceOf(place)];
}

function serviceOf({ network, port: targetPort }: ClusterPlace): Service {
  const [cidr = ''] = network.cidrs;
  // The first address by convention, where the range is the cluster's own.
  const clusterIP = cidr.startsWith('127.') ? undefined : addressAt(ipRange(cidr), 1n);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      ...(clusterIP !== undefined && { clusterIP }),
      ports: [{ name: 'https', port, protocol: 'TCP', targetPort }],
      sessionAffinity: 'None',
    },
  };
}

function endpointsOf({ address, port: targetPort }: ClusterPlace): Endpoints {
  const ports = [{ name: 'https', port: targetPort, protocol: 'TCP' as const }];
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    ...(address !== undefined && { subsets: [{ addresses: [{ ip: address }], ports }] }),
  };
}

function sliceOf({ address, port: targetPort }: ClusterPlace): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: address?.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: address === undefined ? [] : [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port: targetPort, protocol: 'TCP' }],
  };
}
