import { goQuote, type KubeObject, path } from '@berth/machinery';
import { ipWarnings } from '../pod-template/ip-address.ts';
import { isHeadless, noClusterIp } from './service-needs.ts';
import { serviceOf } from './service-of.ts';

const topologyHintsAnnotation = 'service.kubernetes.io/topology-aware-hints';

/** What is stored but does nothing, or not for long. */
export function serviceWarnings(object: KubeObject): string[] {
  const { metadata, spec = {} } = serviceOf(object);
  const { type, clusterIPs = [], externalIPs = [], loadBalancerIP } = spec;
  const warnings: string[] = [];
  const at = path('spec');
  if (metadata.annotations?.[topologyHintsAnnotation] !== undefined) {
    warnings.push(
      `annotation ${topologyHintsAnnotation} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  }
  for (const [index, address] of clusterIPs.entries()) {
    if (address !== noClusterIp) warnings.push(...ipWarnings(address, at.child('clusterIPs').index(index)));
  }
  if (isHeadless(spec)) {
    if (loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') {
      warnings.push('spec.SessionAffinity is ignored for headless services');
    }
  }
  for (const [index, address] of externalIPs.entries()) {
    warnings.push(...ipWarnings(address, at.child('externalIPs').index(index)));
  }
  if (externalIPs.length > 0 && !isHeadless(spec) && type !== 'ExternalName') {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (loadBalancerIP) warnings.push(...ipWarnings(loadBalancerIP, at.child('loadBalancerIP')));
  if (type === 'ExternalName' && externalIPs.length > 0) {
    warnings.push(`spec.externalIPs is ignored when spec.type is ${goQuote(type)}`);
  }
  if (type !== 'ExternalName' && spec.externalName) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
