import { copyJson, type KubeObject, type TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import { listWithMore } from '../columns/list-with-more.ts';
import type { Endpoints } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { kubernetesService } from '../service/kubernetes-service.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { endpointsWarnings, validateEndpoints } from './validate-endpoints.ts';

const columns: readonly TableColumn[] = [
  nameColumn,
  textColumn({ name: 'Endpoints', description: 'Addresses and ports that are ready.', cell: endpointsText }),
  ageColumn,
];

/** https://kubernetes.io/docs/concepts/services-networking/service/#endpoints */
export const endpoints: KindDefinition = {
  kind: 'Endpoints',
  listKind: 'EndpointsList',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  categories: [],
  scope: 'Namespaced',
  versions: [
    {
      group: '',
      version: 'v1',
      message: 'k8s.io.api.core.v1.Endpoints',
      deprecationWarning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    },
  ],
  verbs: objectVerbs,
  subresources: [],
  columns,
  strategy: {
    applyDefaults: withProtocols,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validateEndpoints,
    validateUpdate: validateEndpoints,
    warnings: endpointsWarnings,
  },
  placedObjects: kubernetesService,
  selectableFields: {},
  hasGeneration: false,
  createOnUpdate: true,
};

function withProtocols(object: KubeObject): KubeObject {
  const copy: Endpoints = copyJson(object);
  for (const { ports = [] } of copy.subsets ?? []) for (const port of ports) port.protocol ||= 'TCP';
  return copy;
}

function endpointsText(object: KubeObject): string {
  const { subsets = [] }: Endpoints = object;
  if (subsets.length === 0) return '<none>';
  const texts = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`),
        ),
  );
  return listWithMore(texts);
}
