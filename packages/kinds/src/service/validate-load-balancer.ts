import {
  checkCidr,
  checkDns1123Subdomain,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
} from '@berth/machinery';
import type { LoadBalancerIngress, Service } from '../generated/api-types.ts';
import { invalidFor, validateQualifiedName } from '../pod-template/field-checks.ts';
import { ipFamily, validateIp } from '../pod-template/ip-address.ts';

const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const forLoadBalancersAlone = "may only be used when `type` is 'LoadBalancer'";
const classAt = path('spec', 'loadBalancerClass');
const ipModes = ['Proxy', 'VIP'];

/** What a Service asks of its load balancer. */
export function validateLoadBalancer(service: Service): FieldError[] {
  const { type, allocateLoadBalancerNodePorts, loadBalancerClass } = service.spec ?? {};
  const isLoadBalancer = type === 'LoadBalancer';
  const errors = validateSourceRanges(service);
  const allocateAt = path('spec', 'allocateLoadBalancerNodePorts');
  if (allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer) {
    errors.push(forbidden(allocateAt, forLoadBalancersAlone));
  }
  // As upstream: the path lacks its first part.
  if (allocateLoadBalancerNodePorts === undefined && isLoadBalancer) {
    errors.push(required(path('allocateLoadBalancerNodePorts')));
  }
  if (loadBalancerClass === undefined) return errors;
  return isLoadBalancer
    ? [...errors, ...validateQualifiedName(loadBalancerClass, classAt)]
    : [...errors, forbidden(classAt, forLoadBalancersAlone)];
}

/** The class of a load balancer says who makes it; nobody else takes over. */
export function validateLoadBalancerUpdate(next: Service, current: Service): FieldError[] {
  const both = next.spec?.type === 'LoadBalancer' && current.spec?.type === 'LoadBalancer';
  const { loadBalancerClass } = next.spec ?? {};
  return both && loadBalancerClass !== current.spec?.loadBalancerClass
    ? [invalid(classAt, loadBalancerClass, 'may not change once set')]
    : [];
}

function validateSourceRanges({ metadata, spec }: Service): FieldError[] {
  const isLoadBalancer = spec?.type === 'LoadBalancer';
  const ranges = spec?.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) {
    const at = path('spec', 'LoadBalancerSourceRanges');
    return [
      ...(isLoadBalancer ? [] : [forbidden(at, forLoadBalancersAlone)]),
      ...ranges.flatMap((range, index) =>
        invalidFor({ at: at.index(index), value: range.trim() }, checkCidr(range.trim())),
      ),
    ];
  }
  const annotation = metadata.annotations?.[sourceRangesAnnotation];
  if (annotation === undefined) return [];
  const at = path('metadata', 'annotations').key(sourceRangesAnnotation);
  const named = annotation.trim() === '' ? [] : annotation.split(',').map((range) => range.trim());
  return [
    ...(isLoadBalancer ? [] : [forbidden(at, forLoadBalancersAlone)]),
    ...named.flatMap((range) => invalidFor({ at, value: range }, checkCidr(range))),
  ];
}

/** What a load balancer says of itself. */
export function validateLoadBalancerStatus({ spec, status }: Service): FieldError[] {
  const at = path('status', 'loadBalancer', 'ingress');
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (spec?.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingress.flatMap((entry, index) => validateIngress(entry, at.index(index)));
}

function validateIngress({ ip, ipMode, hostname }: LoadBalancerIngress, at: typeof classAt): FieldError[] {
  const errors = ip ? validateIp(ip, at.child('ip')) : [];
  const modeAt = at.child('ipMode');
  if (ip && ipMode === undefined) errors.push(required(modeAt, 'must be specified when `ip` is set'));
  else if (!ip && ipMode !== undefined) {
    errors.push(forbidden(modeAt, 'may not be specified when `ip` is not set'));
  } else if (ipMode !== undefined && !ipModes.includes(ipMode)) {
    errors.push(notSupported(modeAt, ipMode, ipModes));
  }
  if (!hostname) return errors;
  const hostnameAt = at.child('hostname');
  errors.push(...invalidFor({ at: hostnameAt, value: hostname }, checkDns1123Subdomain(hostname)));
  if (ipFamily(hostname)) errors.push(invalid(hostnameAt, hostname, 'must be a DNS name, not an IP address'));
  return errors;
}
