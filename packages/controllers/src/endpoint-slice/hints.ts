import type { Endpoint, Service } from '@berth/kinds';

const zonal: ReadonlySet<string> = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode']);

/**
 * For whom a ready endpoint is near, as the Service asks.
 * https://kubernetes.io/docs/concepts/services-networking/service/#traffic-distribution
 */
export function withHints({ spec }: Service, endpoint: Endpoint): Endpoint {
  const { trafficDistribution = '' } = spec ?? {};
  const { zone, nodeName, conditions } = endpoint;
  if (!zonal.has(trafficDistribution) || conditions?.ready === false) return endpoint;
  const forZones = zone === undefined ? undefined : [{ name: zone }];
  const forNodes =
    trafficDistribution === 'PreferSameNode' && nodeName !== undefined ? [{ name: nodeName }] : undefined;
  if (!forZones && !forNodes) return endpoint;
  return { ...endpoint, hints: { ...(forZones && { forZones }), ...(forNodes && { forNodes }) } };
}
