import type { Endpoint, Pod, Service } from '@berth/kinds';
import {
  addressesOfFamily,
  canBeEndpoint,
  hostnameFor,
  type PodPort,
  portsAt,
} from '../endpoints/pod-endpoints.ts';
import { isPodReady } from '../pods/pod-state.ts';
import { withHints } from './hints.ts';

/** Endpoints of one family that have the same ports, by who they are. */
export interface EndpointGroup {
  readonly ports: readonly PodPort[];
  readonly endpoints: Map<string, Endpoint>;
}

/** The families that a Service has addresses of. */
export function familiesOf({ spec = {} }: Service): readonly string[] {
  const { ipFamilies = [], clusterIP = '' } = spec;
  if (ipFamilies.length > 0) return ipFamilies;
  if (clusterIP === '' || clusterIP === 'None') return ['IPv4', 'IPv6'];
  return [clusterIP.includes(':') ? 'IPv6' : 'IPv4'];
}

export interface DesiredOptions {
  readonly family: string;
  readonly pods: readonly Pod[];
  readonly zoneOf: (nodeName: string) => string | undefined;
}

/** What the slices of a family should hold: pods that have an address, whether ready or not, by their ports. */
export function desiredEndpoints(
  service: Service,
  { family, pods, zoneOf }: DesiredOptions,
): ReadonlyMap<string, EndpointGroup> {
  const groups = new Map<string, EndpointGroup>();
  for (const pod of pods) {
    if (!canBeEndpoint(pod, { includeTerminating: true })) continue;
    const addresses = addressesOfFamily(pod, family);
    if (addresses.length === 0) continue;
    const ports = portsAt(pod, service);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() };
    groups.set(key, group);
    const zone = pod.spec?.nodeName ? zoneOf(pod.spec.nodeName) : undefined;
    const endpoint = endpointOf(service, pod, { addresses, zone });
    group.endpoints.set(endpointId(endpoint), endpoint);
  }
  return groups;
}

/** Ports are the same in whatever order. */
export function portsKey(ports: readonly Partial<PodPort>[]): string {
  return ports
    .map(({ name = '', port, protocol, appProtocol }) => JSON.stringify([name, port, protocol, appProtocol]))
    .sort()
    .join();
}

/** Who an endpoint is, whatever its state. */
export function endpointId({ addresses, hostname = '', targetRef }: Endpoint): string {
  return `${targetRef?.namespace}/${targetRef?.name}/${targetRef?.uid}/${hostname}/${[...addresses].sort().join()}`;
}

function endpointOf(
  service: Service,
  pod: Pod,
  { addresses, zone }: { readonly addresses: readonly string[]; readonly zone: string | undefined },
): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace = '', name, uid = '' } = pod.metadata;
  const hostname = hostnameFor(pod, service);
  const endpoint: Endpoint = {
    addresses: [...addresses],
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    ...(zone !== undefined && { zone }),
  };
  return withHints(service, endpoint);
}
