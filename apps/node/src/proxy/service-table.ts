import type { Endpoint, EndpointSlice, Service, ServicePort } from '@berth/kinds';
import type { ClusterServices } from '../services/service-directory.ts';

/** Where a connection can go. */
export interface Backend {
  readonly address: string;
  readonly port: number;
}

/** One address and port that clients of a Service connect to, and what is behind it. */
export interface Frontend {
  readonly address: string;
  readonly port: number;
  readonly backends: readonly Backend[];
  /** How long a client stays with the backend that it had last; undefined where it need not. */
  readonly affinityMs: number | undefined;
  /** `<cluster>/<namespace>/<name>:<port>`, for messages. */
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
export function frontendKey({ address, port }: Pick<Frontend, 'address' | 'port'>): string {
  return `${address} ${port}`;
}

/**
 * What a node offers of the Services that it knows: TCP ports, at addresses that it can bind without being set up for it,
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
    if ((port.protocol ?? 'TCP') !== 'TCP') return [];
    const named = `${place.clusterId}/${metadata.namespace}/${metadata.name}:${port.port}`;
    const of = (isLocal: boolean) => ({
      backends: backendsOf(slices, port, isLocal ? place.nodeNames : undefined),
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

/** The endpoints that are ready; where none is, those that still serve while they end. */
function backendsOf(
  slices: readonly EndpointSlice[],
  { name = '' }: ServicePort,
  nodeNames: ReadonlySet<string> | undefined,
): Backend[] {
  const ready = new Map<string, Backend>();
  const ending = new Map<string, Backend>();
  for (const { endpoints, ports } of slices) {
    const port = ports?.find(
      (each) => (each.name ?? '') === name && (each.protocol ?? 'TCP') === 'TCP',
    )?.port;
    if (port === undefined) continue;
    for (const endpoint of endpoints ?? []) {
      if (nodeNames && !nodeNames.has(endpoint.nodeName ?? '')) continue;
      const found = isReady(endpoint) ? ready : isEnding(endpoint) ? ending : undefined;
      for (const address of endpoint.addresses) {
        if (isOwn(address)) continue;
        found?.set(`${address} ${port}`, { address, port });
      }
    }
  }
  const chosen = ready.size > 0 ? ready : ending;
  return [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, backend]) => backend);
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}

function isEnding({ conditions }: Endpoint): boolean {
  return conditions?.serving === true && conditions.terminating === true;
}

/** What listens on the machine itself is not for Services to reach: databases, agents, whatever there is. */
function isOwn(address: string): boolean {
  return /^127\.(0|255)\./.test(address) || address === '::1' || address === '0.0.0.0' || address === '::';
}
