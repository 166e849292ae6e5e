import type { Pod, Service, ServicePort } from '@berth/kinds';
import { type KubeObject, semanticEqual } from '@berth/machinery';
import { isPodReady } from '../pods/pod-state.ts';

/** A port of a Service at one pod. */
export interface PodPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: NonNullable<ServicePort['protocol']>;
  readonly appProtocol?: string;
}

/** Whether the pod can be an endpoint: it has an address and has not ended. */
export function canBeEndpoint(pod: Pod, options: { readonly includeTerminating: boolean }): boolean {
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed' || podAddresses(pod).length === 0) return false;
  return options.includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

function podAddresses({ status }: Pod): readonly string[] {
  const addresses = (status?.podIPs ?? []).map(({ ip }) => ip);
  if (addresses.length > 0) return addresses;
  return status?.podIP ? [status.podIP] : [];
}

export function addressesOfFamily(pod: Pod, family: string): readonly string[] {
  return podAddresses(pod).filter((address) => address.includes(':') === (family === 'IPv6'));
}

/** The ports of a Service at a pod. A port that the pod has no container for is left out. */
export function portsAt(pod: Pod, { spec }: Service): readonly PodPort[] {
  return (spec?.ports ?? []).flatMap((servicePort) => {
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    const port = findPort(pod, servicePort);
    return port === undefined
      ? []
      : [{ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

/** A name stands for the first port of that name in a container, or in an init container that keeps running. */
function findPort(pod: Pod, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (targetPort === undefined) return port;
  if (typeof targetPort === 'number') return targetPort;
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...containers, ...sidecars]) {
    const found = container.ports?.find(
      (candidate) => candidate.name === targetPort && (candidate.protocol ?? 'TCP') === protocol,
    );
    if (found) return found.containerPort;
  }
  return undefined;
}

/** The name under which the pod is found within the domain of its headless Service. */
export function hostnameFor(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

/** Whether a change of a pod can matter to endpoints; most of a pod's changes cannot. */
export function changesEndpoints(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  if (!before || !after) return true;
  return !semanticEqual(endpointFacts(before), endpointFacts(after));
}

function endpointFacts(pod: Pod): object {
  const { metadata, spec, status } = pod;
  return {
    labels: metadata.labels ?? {},
    isTerminating: metadata.deletionTimestamp !== undefined,
    node: spec?.nodeName,
    hasEnded: status?.phase === 'Succeeded' || status?.phase === 'Failed',
    addresses: podAddresses(pod),
    isReady: isPodReady(pod),
  };
}
