import type { Pod, Service } from '@berth/kinds';
import type { ServiceDirectory } from './service-directory.ts';

/**
 * The variables by which a pod's containers find the Services of its namespace: those of the first kind, and those that
 * Docker had for its links. The API server's own Service is not among them: every container has it from its node.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 *
 * @returns undefined while not all Services of the pod's cluster are known
 */
export function serviceVariables(
  directory: ServiceDirectory,
  clusterId: string,
  { metadata, spec }: Pod,
): Record<string, string> | undefined {
  if (spec?.enableServiceLinks === false) return {};
  if (!directory.knows(clusterId)) return undefined;
  const services = [...(directory.clusters.get(clusterId)?.services.values() ?? [])];
  const own = services.filter(
    (service) => service.metadata.namespace === metadata.namespace && hasAddress(service),
  );
  return Object.fromEntries(own.flatMap(variablesOf));
}

function hasAddress({ metadata, spec }: Service): boolean {
  const isApiServer = metadata.namespace === 'default' && metadata.name === 'kubernetes';
  return !isApiServer && spec?.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';
}

function variablesOf({ metadata, spec }: Service): Array<[string, string]> {
  const host = spec?.clusterIP ?? '';
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const prefix = variableName(metadata.name);
  const ports = spec?.ports ?? [];
  const [first] = ports;
  const variables: Array<[string, string]> = [[`${prefix}_SERVICE_HOST`, host]];
  if (first) variables.push([`${prefix}_SERVICE_PORT`, String(first.port)]);
  for (const { name, port } of ports) {
    if (name) variables.push([`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port)]);
  }
  for (const [index, { port, protocol = 'TCP' }] of ports.entries()) {
    const link = `${prefix}_PORT_${port}_${protocol}`;
    const scheme = protocol.toLowerCase();
    const url = `${scheme}://${shownHost}:${port}`;
    if (index === 0) variables.push([`${prefix}_PORT`, url]);
    variables.push(
      [link, url],
      [`${link}_PROTO`, scheme],
      [`${link}_PORT`, String(port)],
      [`${link}_ADDR`, host],
    );
  }
  return variables;
}

function variableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}
