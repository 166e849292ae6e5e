import type { DiscoveryEndpointPort, Endpoint, EndpointSlice, ServicePort } from '@berth/kinds';

/** Where a connection or a datagram can go. */
export interface Backend {
  readonly address: string;
  readonly port: number;
}

export function isSameBackend(a: Backend, b: Backend): boolean {
  return a.address === b.address && a.port === b.port;
}

/**
 * The endpoints of a port that are ready, where none is, those that still serve while they end; and all that serve, wherever they are.
 *
 * @param nodeNames whose endpoints count alone
 */
export function backendsOf(
  slices: readonly EndpointSlice[],
  servicePort: ServicePort,
  nodeNames: ReadonlySet<string> | undefined,
): { readonly backends: readonly Backend[]; readonly serving: readonly Backend[] } {
  const ready = new Map<string, Backend>();
  const ending = new Map<string, Backend>();
  const serving = new Map<string, Backend>();
  for (const { endpoints, ports } of slices) {
    const port = ports?.find((each) => isSamePort(each, servicePort))?.port;
    if (port === undefined) continue;
    for (const endpoint of endpoints ?? []) {
      const isWithin = !nodeNames || nodeNames.has(endpoint.nodeName ?? '');
      for (const address of endpoint.addresses) {
        if (isOwn(address)) continue;
        const key = `${address} ${port}`;
        const backend = { address, port };
        if (isServing(endpoint)) serving.set(key, backend);
        if (!isWithin) continue;
        if (isReady(endpoint)) ready.set(key, backend);
        else if (isEnding(endpoint)) ending.set(key, backend);
      }
    }
  }
  const chosen = ready.size > 0 ? ready : ending;
  const backends = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, backend]) => backend);
  return { backends, serving: [...serving.values()] };
}

/** The protocol of a port, of a Service or a slice. */
export function protocolOf({ protocol = 'TCP' }: Pick<ServicePort, 'protocol'>): string {
  return protocol;
}

/** By what a slice's port is known to be the Service's: its name. The same name may be there for each protocol. */
function isSamePort(port: DiscoveryEndpointPort, servicePort: ServicePort): boolean {
  return (port.name ?? '') === (servicePort.name ?? '') && protocolOf(port) === protocolOf(servicePort);
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}

function isServing({ conditions }: Endpoint): boolean {
  return conditions?.serving !== false;
}

function isEnding({ conditions }: Endpoint): boolean {
  return conditions?.serving === true && conditions.terminating === true;
}

/** What listens on the machine itself is not for Services to reach: databases, agents, whatever there is. */
function isOwn(address: string): boolean {
  return /^127\.(0|255)\./.test(address) || address === '::1' || address === '0.0.0.0' || address === '::';
}
