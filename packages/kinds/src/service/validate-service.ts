import {
  type FieldError,
  forbidden,
  invalid,
  type KubeObject,
  notSupported,
  path,
  required,
  validateLabels,
} from '@berth/machinery';
import type { Service, ServiceSpec } from '../generated/api-types.ts';
import { validateDnsSubdomain } from '../pod-template/field-checks.ts';
import { validateIp } from '../pod-template/ip-address.ts';
import { validateNonSpecialIp } from '../pod-template/special-ip.ts';
import { isHeadless, needsHealthCheckPort } from './service-needs.ts';
import { serviceOf, serviceSpecOf } from './service-of.ts';
import { validateClusterIps, validateClusterIpsUpdate } from './validate-cluster-ips.ts';
import {
  validateLoadBalancer,
  validateLoadBalancerStatus,
  validateLoadBalancerUpdate,
} from './validate-load-balancer.ts';
import { validatePortsTogether, validateServicePorts } from './validate-service-ports.ts';
import { validateAffinity, validateTraffic } from './validate-traffic.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const specAt = path('spec');
const topologyModeAnnotation = 'service.kubernetes.io/topology-mode';
const topologyHintsAnnotation = 'service.kubernetes.io/topology-aware-hints';

/** Rules of a Service, as it is created and as it is after an update. */
export function validateService(object: KubeObject): FieldError[] {
  const service = serviceOf(object);
  const spec = service.spec ?? {};
  return [
    ...validateTopologyAnnotations(service),
    ...validateByType(spec),
    ...validateServicePorts(spec, specAt.child('ports')),
    ...validateLabels(spec.selector, specAt.child('selector')),
    ...validateAffinity(spec),
    ...validateClusterIps(spec),
    ...(spec.externalIPs ?? []).flatMap((address, index) => {
      const at = specAt.child('externalIPs').index(index);
      const errors = validateIp(address, at);
      return errors.length > 0 ? errors : validateNonSpecialIp(address, at);
    }),
    ...validateType(spec),
    ...validatePortsTogether(spec, specAt.child('ports')),
    ...validateLoadBalancer(service),
    ...validateTraffic(spec),
  ];
}

/** Rules of an update: what the cluster gave stays, unless the Service turns into or from another's name. */
export function validateServiceUpdate(next: KubeObject, current: KubeObject): FieldError[] {
  const spec = serviceSpecOf(next);
  const before = serviceSpecOf(current);
  const keepsCheck = needsHealthCheckPort(before) && needsHealthCheckPort(spec);
  return [
    ...validateClusterIpsUpdate(spec, before),
    ...validateLoadBalancerUpdate(serviceOf(next), serviceOf(current)),
    ...(keepsCheck && spec.healthCheckNodePort !== before.healthCheckNodePort
      ? [forbidden(specAt.child('healthCheckNodePort'), 'field is immutable')]
      : []),
    ...validateService(next),
  ];
}

export function validateServiceStatus(next: KubeObject): FieldError[] {
  return validateLoadBalancerStatus(serviceOf(next));
}

function validateTopologyAnnotations({ metadata }: Service): FieldError[] {
  const mode = metadata.annotations?.[topologyModeAnnotation];
  const hints = metadata.annotations?.[topologyHintsAnnotation];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${topologyHintsAnnotation}] when both are specified`;
  return [invalid(path('metadata', 'annotations').key(topologyModeAnnotation), mode, detail)];
}

function validateType({ type }: ServiceSpec): FieldError[] {
  const at = specAt.child('type');
  if (!type) return [required(at)];
  return types.includes(type) ? [] : [notSupported(at, type, types)];
}

function validateByType(spec: ServiceSpec): FieldError[] {
  const { type, ports = [], clusterIP, clusterIPs = [] } = spec;
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(required(specAt.child('ports')));
  }
  if (type === 'ExternalName') return [...errors, ...validateExternalName(spec)];
  if ((type === 'LoadBalancer' || type === 'NodePort') && clusterIP === 'None') {
    const detail = `may not be set to 'None' for ${type} services`;
    errors.push(invalid(specAt.child('clusterIPs').index(0), clusterIPs[0], detail));
  }
  return errors;
}

function validateExternalName({ clusterIPs = [], ipFamilies = [], ...spec }: ServiceSpec): FieldError[] {
  const unused = 'may not be set for ExternalName services';
  // A name may end in a dot, which says that it is whole.
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  const nameAt = specAt.child('externalName');
  return [
    ...(clusterIPs.length > 0 ? [forbidden(specAt.child('clusterIPs'), unused)] : []),
    ...(ipFamilies.length > 0 ? [forbidden(specAt.child('ipFamilies'), unused)] : []),
    ...(spec.ipFamilyPolicy === undefined ? [] : [forbidden(specAt.child('ipFamilyPolicy'), unused)]),
    ...(name === '' ? [required(nameAt)] : validateDnsSubdomain(name, nameAt)),
  ];
}
