import type { KubeObject, TableColumn } from '@berth/machinery';
import { formatLabelSelector } from '../columns/format-label-selector.ts';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import { serviceOf, serviceSpecOf } from './service-of.ts';

export const serviceColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn({
    name: 'Type',
    description: 'How the Service is exposed.',
    cell: (object) => serviceSpecOf(object).type ?? '',
  }),
  textColumn({
    name: 'Cluster-IP',
    description: 'The address within the cluster.',
    cell: (object) => serviceSpecOf(object).clusterIPs?.[0] ?? '<none>',
  }),
  textColumn({ name: 'External-IP', description: 'Where others reach the Service.', cell: externalText }),
  textColumn({ name: 'Port(s)', description: 'Port, node port and protocol of each port.', cell: portsText }),
  ageColumn,
  wideColumn({
    name: 'Selector',
    description: 'The labels by which the pods are found.',
    cell: (object) => formatLabelSelector({ matchLabels: serviceSpecOf(object).selector ?? {} }),
  }),
];

function portsText(object: KubeObject): string {
  const { ports = [] } = serviceSpecOf(object);
  const texts = ports.map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(',') || '<none>';
}

function externalText(object: KubeObject): string {
  const { spec = {}, status } = serviceOf(object);
  const { externalIPs = [] } = spec;
  switch (spec.type) {
    case undefined:
    case 'ClusterIP':
    case 'NodePort':
      return externalIPs.join(',') || '<none>';
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).flatMap(
        ({ ip, hostname }) => ip || hostname || [],
      );
      const addresses = [...[...new Set(ingress)].sort(), ...externalIPs];
      return addresses.join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return spec.type satisfies never;
  }
}
