import { copyJson, type KubeObject, type TableColumn } from '@berth/machinery';
import { listWithMore } from '../columns/list-with-more.ts';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { EndpointSlice } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { kubernetesService } from '../service/kubernetes-service.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { listOf } from './list-of.ts';
import { withoutOldTopology } from './old-topology.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './validate-endpoint-slice.ts';

const columns: readonly TableColumn[] = [
  nameColumn,
  textColumn({
    name: 'AddressType',
    description: 'What the addresses are.',
    cell: (object) => sliceOf(object).addressType ?? '',
  }),
  textColumn({ name: 'Ports', description: 'The ports of all endpoints.', cell: portsText }),
  textColumn({ name: 'Endpoints', description: 'The addresses.', cell: endpointsText }),
  ageColumn,
];

/** https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
export const endpointSlice: KindDefinition = {
  kind: 'EndpointSlice',
  listKind: 'EndpointSliceList',
  plural: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: 'discovery.k8s.io', version: 'v1', message: 'k8s.io.api.discovery.v1.EndpointSlice' }],
  verbs: objectVerbs,
  subresources: [],
  columns,
  strategy: {
    applyDefaults,
    prepareForCreate: withoutOldTopology,
    prepareForUpdate: withoutOldTopology,
    validateCreate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
  },
  placedObjects: kubernetesService,
  selectableFields: {},
  hasGeneration: true,
};

function sliceOf(object: KubeObject): EndpointSlice {
  // The decoder has checked the types of all fields.
  return object as EndpointSlice;
}

function applyDefaults(object: KubeObject): KubeObject {
  const copy = sliceOf(copyJson(object));
  for (const port of listOf(copy.ports)) {
    port.name ??= '';
    port.protocol ||= 'TCP';
  }
  return copy;
}

function portsText(object: KubeObject): string {
  const ports = listOf(sliceOf(object).ports);
  return listWithMore(ports.map(({ port, name }) => String(port ?? (name || '*')))) || '<unset>';
}

function endpointsText(object: KubeObject): string {
  const endpoints = listOf(sliceOf(object).endpoints);
  return listWithMore(endpoints.flatMap(({ addresses }) => listOf(addresses))) || '<unset>';
}
