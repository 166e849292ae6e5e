import type { Endpoint, EndpointSlice, Service } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { PodPort } from '../endpoints/pod-endpoints.ts';
import { headlessLabel, managedByLabel, serviceNameLabel } from '../endpoints/service-facts.ts';

export const controllerName = 'endpointslice-controller.k8s.io';

const reservedLabels: ReadonlySet<string> = new Set([serviceNameLabel, managedByLabel, headlessLabel]);

/** The Service's own labels, and whose the slice is. */
export function sliceLabels({ metadata, spec }: Service): Record<string, string> {
  const own = Object.entries(metadata.labels ?? {}).filter(([key]) => !reservedLabels.has(key));
  const hasAddress = spec?.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';
  return {
    ...Object.fromEntries(own),
    ...(!hasAddress && { [headlessLabel]: '' }),
    [serviceNameLabel]: metadata.name,
    [managedByLabel]: controllerName,
  };
}

export function newSlice(
  service: Service,
  content: {
    readonly family: string;
    readonly ports: readonly PodPort[];
    readonly endpoints: readonly Endpoint[];
  },
): EndpointSlice {
  const { namespace = '', name, uid = '' } = service.metadata;
  const owner = { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [owner],
    },
    addressType: content.family,
    endpoints: [...content.endpoints],
    ports: [...content.ports],
  };
}

export function isOwnedBy({ metadata }: KubeObject, owner: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}
