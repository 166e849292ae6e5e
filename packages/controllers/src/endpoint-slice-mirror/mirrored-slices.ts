import type { Endpoint, EndpointAddress, EndpointPort, Endpoints, EndpointSlice } from '@berth/kinds';
import { portsKey } from '../endpoint-slice/desired-endpoints.ts';
import type { PodPort } from '../endpoints/pod-endpoints.ts';
import { managedByLabel, serviceNameLabel, triggerTimeAnnotation } from '../endpoints/service-facts.ts';
import { mirrorName } from './mirror-name.ts';

const maxPerSubset = 1000;
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The slices that say what the Endpoints say, one for each family and set of ports, and how many addresses were too many. */
export function mirroredSlices(endpoints: Endpoints): {
  readonly slices: readonly EndpointSlice[];
  readonly skipped: number;
} {
  const slices = new Map<string, EndpointSlice & { endpoints: Endpoint[] }>();
  let skipped = 0;
  for (const subset of endpoints.subsets ?? []) {
    const ports = (subset.ports ?? []).map(portOf);
    const all = [
      ...(subset.addresses ?? []).map((address) => endpointOf(address, true)),
      ...(subset.notReadyAddresses ?? []).map((address) => endpointOf(address, false)),
    ];
    skipped += Math.max(0, all.length - maxPerSubset);
    for (const endpoint of all.slice(0, maxPerSubset)) {
      const addressType = endpoint.addresses[0]?.includes(':') ? 'IPv6' : 'IPv4';
      const key = `${addressType} ${portsKey(ports)}`;
      const empty: Endpoint[] = [];
      const slice = slices.get(key) ?? { ...sliceFor(endpoints), addressType, ports, endpoints: empty };
      slices.set(key, slice);
      if (slice.endpoints.length < maxPerSubset) slice.endpoints.push(endpoint);
      else skipped += 1;
    }
  }
  return { slices: [...slices.values()], skipped };
}

function portOf({ name = '', port, protocol = 'TCP', appProtocol }: EndpointPort): PodPort {
  return { name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) };
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(targetRef && { targetRef }),
    ...(nodeName !== undefined && { nodeName }),
  };
}

function sliceFor({ metadata }: Endpoints): Omit<EndpointSlice, 'addressType' | 'endpoints' | 'ports'> {
  const { namespace = '', name, uid = '' } = metadata;
  const {
    [triggerTimeAnnotation]: _time,
    [lastAppliedAnnotation]: _applied,
    ...annotations
  } = metadata.annotations ?? {};
  const owner = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: { ...metadata.labels, [serviceNameLabel]: name, [managedByLabel]: mirrorName },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [owner],
    },
  };
}
