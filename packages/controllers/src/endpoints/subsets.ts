import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '@berth/kinds';
import { isPodReady } from '../pods/pod-state.ts';
import { addressesOfFamily, canBeEndpoint, hostnameFor, type PodPort, portsAt } from './pod-endpoints.ts';

/** So many addresses an Endpoints object holds; whoever needs more reads slices. */
const maxAddresses = 1000;

interface Subset {
  readonly addresses: EndpointAddress[];
  readonly notReadyAddresses: EndpointAddress[];
  readonly ports: readonly PodPort[];
}

/** The endpoints of a Service, packed: addresses that have the same ports share a subset. */
export function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const { publishNotReadyAddresses = false, ports = [], clusterIP } = service.spec ?? {};
  const byPorts = new Map<string, Subset>();
  for (const pod of pods) {
    if (!canBeEndpoint(pod, { includeTerminating: publishNotReadyAddresses })) continue;
    const address = addressOf(service, pod);
    const podPorts = portsAt(pod, service);
    const isPortless = ports.length === 0 && clusterIP === 'None';
    if (!address || (podPorts.length === 0 && !isPortless)) continue;
    const key = JSON.stringify(podPorts);
    const subset = byPorts.get(key) ?? { addresses: [], notReadyAddresses: [], ports: podPorts };
    byPorts.set(key, subset);
    (publishNotReadyAddresses || isPodReady(pod) ? subset.addresses : subset.notReadyAddresses).push(address);
  }
  return [...byPorts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, subset]) => rendered(subset));
}

function rendered({ addresses, notReadyAddresses, ports }: Subset): EndpointSubset {
  return {
    ...(addresses.length > 0 && { addresses: addresses.sort(byAddress) }),
    ...(notReadyAddresses.length > 0 && { notReadyAddresses: notReadyAddresses.sort(byAddress) }),
    ...(ports.length > 0 && { ports: ports.map(portOf) }),
  };
}

function portOf({ name, ...rest }: PodPort): EndpointPort {
  return name === '' ? rest : { name, ...rest };
}

function byAddress(a: EndpointAddress, b: EndpointAddress): number {
  const [left, right] = [`${a.ip} ${a.targetRef?.uid}`, `${b.ip} ${b.targetRef?.uid}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The pod's address of the Service's first family. */
function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const { ipFamilies = [], clusterIP = '' } = service.spec ?? {};
  const family = ipFamilies[0] ?? (clusterIP.includes(':') ? 'IPv6' : 'IPv4');
  const [ip] = addressesOfFamily(pod, family);
  if (ip === undefined) return undefined;
  const { namespace = '', name, uid = '' } = pod.metadata;
  const hostname = hostnameFor(pod, service);
  return {
    ip,
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

export interface Truncated {
  readonly subsets: EndpointSubset[];
  readonly isOverCapacity: boolean;
}

/** Leaves out addresses beyond what an Endpoints object holds: those that are not ready first, and of each subset its share. */
export function truncated(subsets: EndpointSubset[]): Truncated {
  const ready = count(subsets, 'addresses');
  const notReady = count(subsets, 'notReadyAddresses');
  if (ready + notReady <= maxAddresses) return { subsets, isOverCapacity: false };
  const list = ready > maxAddresses ? 'addresses' : 'notReadyAddresses';
  const room = ready > maxAddresses ? maxAddresses : maxAddresses - ready;
  const total = ready > maxAddresses ? ready : notReady;
  let left = room;
  const cut = subsets.map((subset) => {
    const addresses = subset[list] ?? [];
    const share = Math.min(left, Math.ceil((addresses.length / total) * room));
    left -= Math.min(share, addresses.length);
    const { addresses: readyOnes, notReadyAddresses, ports } = subset;
    const kept = { addresses: readyOnes, notReadyAddresses, [list]: addresses.slice(0, share) };
    if (list === 'addresses') kept.notReadyAddresses = [];
    return {
      ...(kept.addresses?.length && { addresses: kept.addresses }),
      ...(kept.notReadyAddresses?.length && { notReadyAddresses: kept.notReadyAddresses }),
      ...(ports && { ports }),
    };
  });
  const held = cut.filter(({ addresses, notReadyAddresses }) => addresses ?? notReadyAddresses);
  return { subsets: held, isOverCapacity: true };
}

function count(subsets: readonly EndpointSubset[], list: 'addresses' | 'notReadyAddresses'): number {
  return subsets.reduce((sum, subset) => sum + (subset[list]?.length ?? 0), 0);
}
