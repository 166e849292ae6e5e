import type { NodeAffinity, Pod, Toleration } from '@berth/kinds';
import { podRequests } from './pod-requests.ts';
import type { Resources } from './resources.ts';

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** What of a pod the filters and scores look at. */
export interface PodNeeds {
  readonly nodeName: string | undefined;
  readonly nodeSelector: readonly (readonly [string, string])[];
  readonly affinity: NodeAffinity | undefined;
  readonly tolerations: readonly Toleration[];
  readonly requests: Resources;
  readonly hostPorts: readonly HostPort[];
}

export function podNeeds(pod: Pod): PodNeeds {
  const { spec } = pod;
  return {
    nodeName: spec?.nodeName,
    nodeSelector: Object.entries(spec?.nodeSelector ?? {}),
    affinity: spec?.affinity?.nodeAffinity,
    tolerations: spec?.tolerations ?? [],
    requests: podRequests(pod),
    hostPorts: hostPorts(pod),
  };
}

/** The ports of the host that a pod's containers take, sidecars included. */
export function hostPorts(pod: Pod): readonly HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (pod.spec?.initContainers ?? []).filter(
    (container) => container.restartPolicy === 'Always',
  );
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (hostPort) ports.push({ ip: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort });
    }
  }
  return ports;
}
