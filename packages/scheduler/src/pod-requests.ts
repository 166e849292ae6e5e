import type { Container, Pod } from '@berth/kinds';
import { addResources, largerResources, noResources, type Resources, resourcesOf } from './resources.ts';

/**
 * What a pod asks of a node: the sum of its containers and sidecars, or what an init container needs while it runs
 * (with the sidecars before it) if that is more, plus overhead. Requests of the pod itself go before its containers'.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
export function podRequests(pod: Pod): Resources {
  const { containers = [], initContainers = [], overhead, resources } = pod.spec ?? {};
  let running = noResources;
  for (const container of containers) running = addResources(running, requestsOf(container));

  let sidecars = noResources;
  let starting = noResources;
  for (const container of initContainers) {
    const requests = requestsOf(container);
    const isSidecar = container.restartPolicy === 'Always';
    if (isSidecar) sidecars = addResources(sidecars, requests);
    starting = largerResources(starting, isSidecar ? sidecars : addResources(sidecars, requests));
  }

  const fromContainers = largerResources(addResources(running, sidecars), starting);
  const total = resources?.requests ? withPodLevel(fromContainers, resources.requests) : fromContainers;
  return overhead ? addResources(total, resourcesOf(overhead)) : total;
}

function requestsOf(container: Container): Resources {
  return resourcesOf(container.resources?.requests);
}

/** Cpu, memory and huge pages may be asked for by the pod as a whole. */
function withPodLevel(fromContainers: Resources, requests: Readonly<Record<string, string>>): Resources {
  const podLevel = resourcesOf(requests);
  return {
    cpuMillis: 'cpu' in requests ? podLevel.cpuMillis : fromContainers.cpuMillis,
    memoryBytes: 'memory' in requests ? podLevel.memoryBytes : fromContainers.memoryBytes,
    others: new Map([...fromContainers.others, ...podLevel.others]),
  };
}
