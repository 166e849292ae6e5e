import type { ServiceSpec } from '../generated/api-types.ts';
import { needsClusterIp, needsHealthCheckPort, noClusterIp } from './service-needs.ts';

/** The name by which the commit knows an address: one of the loopback network is there once for all clusters. */
export function addressValue(address: string): string {
  return address.startsWith('127.') ? `machine/${address}` : `ip/${address}`;
}

export function portValue(port: number): string {
  return `port/${port}`;
}

/** What no two Services of a cluster hold: their addresses and node ports. */
export function valuesHeldBy(spec: ServiceSpec): string[] {
  const addresses = needsClusterIp(spec) ? (spec.clusterIPs ?? []).filter((ip) => ip !== noClusterIp) : [];
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  if (needsHealthCheckPort(spec) && spec.healthCheckNodePort) ports.push(spec.healthCheckNodePort);
  return [...addresses.map(addressValue), ...[...new Set(ports)].map(portValue)];
}
