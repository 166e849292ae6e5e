import {
  checkPortNumber,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
} from '@berth/machinery';
import type { ServiceSpec } from '../generated/api-types.ts';
import { invalidFor } from '../pod-template/field-checks.ts';
import { isExternallyAccessible, needsHealthCheckPort } from './service-needs.ts';

const policies = ['Cluster', 'Local'];
const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
const affinities = ['ClientIP', 'None'];
const maxAffinitySeconds = 86_400;
const externalAt = path('spec', 'externalTrafficPolicy');
const internalAt = path('spec', 'internalTrafficPolicy');
const checkPortAt = path('spec', 'healthCheckNodePort');

/** By which of its endpoints a client is served. */
export function validateTraffic(spec: ServiceSpec): FieldError[] {
  const { internalTrafficPolicy, trafficDistribution, type } = spec;
  return [
    ...validateExternalPolicy(spec),
    ...validateHealthCheckPort(spec),
    ...(internalTrafficPolicy === undefined && type !== 'ExternalName' ? [required(internalAt)] : []),
    ...(internalTrafficPolicy !== undefined && !policies.includes(internalTrafficPolicy)
      ? [notSupported(internalAt, internalTrafficPolicy, policies)]
      : []),
    ...(trafficDistribution !== undefined && !distributions.includes(trafficDistribution)
      ? [notSupported(path('spec', 'trafficDistribution'), trafficDistribution, distributions)]
      : []),
  ];
}

function validateExternalPolicy(spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy } = spec;
  if (!isExternallyAccessible(spec)) {
    if (!externalTrafficPolicy) return [];
    return [invalid(externalAt, externalTrafficPolicy, 'may only be set for externally-accessible services')];
  }
  if (!externalTrafficPolicy) return [required(externalAt)];
  return policies.includes(externalTrafficPolicy)
    ? []
    : [notSupported(externalAt, externalTrafficPolicy, policies)];
}

function validateHealthCheckPort(spec: ServiceSpec): FieldError[] {
  const { healthCheckNodePort } = spec;
  if (!needsHealthCheckPort(spec)) {
    if (!healthCheckNodePort) return [];
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    return [invalid(checkPortAt, healthCheckNodePort, detail)];
  }
  if (!healthCheckNodePort) return [required(checkPortAt)];
  return invalidFor({ at: checkPortAt, value: healthCheckNodePort }, checkPortNumber(healthCheckNodePort));
}

/** Whether a client stays with the endpoint that it first got, and for how long. */
export function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const at = path('spec', 'sessionAffinity');
  const configAt = path('spec', 'sessionAffinityConfig');
  if (!sessionAffinity) return [required(at)];
  if (!affinities.includes(sessionAffinity)) return [notSupported(at, sessionAffinity, affinities)];
  if (sessionAffinity === 'None') {
    if (!sessionAffinityConfig) return [];
    return [forbidden(configAt, 'must not be set when session affinity is None')];
  }
  const missing = 'when session affinity type is ClientIP';
  if (!sessionAffinityConfig) return [required(configAt, missing)];
  const { clientIP } = sessionAffinityConfig;
  if (!clientIP) return [required(configAt.child('clientIP'), missing)];
  const secondsAt = configAt.child('clientIP', 'timeoutSeconds');
  const { timeoutSeconds } = clientIP;
  if (timeoutSeconds === undefined) return [required(secondsAt, missing)];
  return timeoutSeconds > 0 && timeoutSeconds <= maxAffinitySeconds
    ? []
    : [invalid(secondsAt, timeoutSeconds, `must be greater than 0 and less than ${maxAffinitySeconds}`)];
}
