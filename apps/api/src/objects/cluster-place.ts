import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type ClusterPlace, defaultServiceNetwork } from '@berth/kinds';
import type { ApiDeps } from '../api-deps.ts';

/** Where clients within a cluster find this API server: at the address that it was told to name, else at that of its URL. */
export function clusterPlace({
  externalUrl,
  advertiseAddress,
  serviceNetwork = defaultServiceNetwork,
}: Pick<ApiDeps, 'externalUrl' | 'advertiseAddress' | 'serviceNetwork'>): ClusterPlace {
  const { hostname, port, protocol } = new URL(externalUrl);
  return {
    address: advertiseAddress ?? ownAddress(hostname.replaceAll(/^\[|\]$/g, '')),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    network: serviceNetwork,
  };
}

/** A name, or an address of loopback, is no endpoint: then it is the machine's first address. */
function ownAddress(host: string): string | undefined {
  if (isIP(host) !== 0 && !host.startsWith('127.') && host !== '::1') return host;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
