import type { EndpointSlice, Service } from '@berth/kinds';
import type { ClusterServices } from '../services/service-directory.ts';
import { type Backend, backendsOf, protocolOf } from './backends.ts';

/** One port of an address that clients of a Service connect to, and what is behind it. */
export interface Frontend {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  /** Where to go from now on. */
  readonly backends: readonly Backend[];
  /** Where what goes on already may go on: also to those that end, and that others would be preferred to. */
  readonly serving: readonly Backend[];
  /** The Service wants those that are not ready as well. */
  readonly publishesUnready: boolean;
  /** How long a client stays with the backend that it had last; undefined where it need not. */
  readonly affinityMs: number | undefined;
  /** `<cluster>/<namespace>/<name>:<port>/<protocol>`, for messages. */
  readonly service: string;
}

/** What a node needs to know of itself. */
export interface ProxyPlace {
  readonly nodeNames: ReadonlySet<string>;
  /** Where node ports are offered. */
  readonly nodeAddress: string;
}

const serviceNameLabel = 'kubernetes.io/service-name';

/** The key of a frontend: where it listens. */
export function frontendKey({
  protocol,
  address,
  port,
}: Pick<Frontend, 'protocol' | 'address' | 'port'>): string {
  return `${protocol} ${address} ${port}`;
}

/**
 * What a node offers of the Services that it knows: TCP and UDP ports, at addresses that it can bind without being set up for it,
 * which are those of loopback, and at its own address where there is a node port.
 */
export function serviceTable(
  clusters: ReadonlyMap<string, ClusterServices>,
  place: ProxyPlace,
): ReadonlyMap<string, Frontend> {
  const table = new Map<string, Frontend>();
  for (const [clusterId, { services, slices }] of clusters) {
    const byService = Map.groupBy(slices.values(), ({ metadata }) =>
      nameKey(metadata.namespace, metadata.labels?.[serviceNameLabel]),
    );
    for (const service of services.values()) {
      const { namespace, name } = service.metadata;
      const own = byService.get(nameKey(namespace, name)) ?? [];
      for (const frontend of frontendsOf(service, own, { ...place, clusterId })) {
        const key = frontendKey(frontend);
        // Of two clusters that offer the same node port the first one has it.
        if (!table.has(key)) table.set(key, frontend);
      }
    }
  }
  return table;
}

function nameKey(namespace = '', name = ''): string {
  return `${namespace}/${name}`;
}

function frontendsOf(
  service: Service,
  slices: readonly EndpointSlice[],
  place: ProxyPlace & { readonly clusterId: string },
): Frontend[] {
  const { spec = {}, metadata } = service;
  if (spec.type === 'ExternalName') return [];
  const addresses = (spec.clusterIPs ?? []).filter((address) => address.startsWith('127.'));
  const affinityMs =
    spec.sessionAffinity === 'ClientIP'
      ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) * 1000
      : undefined;
  return (spec.ports ?? []).flatMap((port) => {
    const protocol = protocolOf(port);
    if (protocol !== 'TCP' && protocol !== 'UDP') return [];
    const named = `${place.clusterId}/${metadata.namespace}/${metadata.name}:${port.port}/${protocol}`;
    const of = (isLocal: boolean): Omit<Frontend, 'address' | 'port'> => ({
      protocol,
      ...backendsOf(slices, port, isLocal ? place.nodeNames : undefined),
      publishesUnready: spec.publishNotReadyAddresses === true,
      affinityMs,
      service: named,
    });
    const within = of(spec.internalTrafficPolicy === 'Local');
    const frontends = addresses.map((address): Frontend => ({ address, port: port.port, ...within }));
    if (!port.nodePort) return frontends;
    const outside = of(spec.externalTrafficPolicy === 'Local');
    return [...frontends, { address: place.nodeAddress, port: port.nodePort, ...outside }];
  });
}
