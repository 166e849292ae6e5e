import { copyJson, type KubeObject, semanticEqual } from '@berth/machinery';
import type { ServiceSpec } from '../generated/api-types.ts';
import { keepStatus } from '../strategy/status-strategy.ts';
import { needsClusterIp, needsHealthCheckPort, needsNodePorts } from './service-needs.ts';
import { serviceOf, serviceSpecOf } from './service-of.ts';

/** A new Service: clients that know one address only have it in the list of addresses, too. */
export function prepareServiceForCreate(object: KubeObject): KubeObject {
  const service = serviceOf(copyJson(object));
  const spec = (service.spec ??= {});
  if (spec.clusterIP && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP];
  return { ...service, status: { loadBalancer: {} } };
}

/** An update: what the cluster gave stays where the client left it out, and goes where the new type has no use for it. */
export function prepareServiceForUpdate(next: KubeObject, current: KubeObject): KubeObject {
  const service = serviceOf(copyJson(keepStatus(next, current)));
  const spec = (service.spec ??= {});
  const before = serviceSpecOf(current);
  normalizeAddresses(spec, before);
  keepAllocated(spec, before);
  dropWhatTypeDoesNotUse(spec, before);
  return service;
}

/** Brings `clusterIP` and `clusterIPs` together after a client that knows the first one only. */
function normalizeAddresses(spec: ServiceSpec, before: ServiceSpec): void {
  const sameList = semanticEqual(spec.clusterIPs ?? [], before.clusterIPs ?? []);
  if (spec.clusterIP === before.clusterIP) {
    if ((spec.clusterIPs ?? []).length === 0) setOrDelete(spec, 'clusterIPs', before.clusterIPs);
    return;
  }
  if (!sameList) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

function keepAllocated(spec: ServiceSpec, before: ServiceSpec): void {
  if (needsClusterIp(before) && needsClusterIp(spec)) {
    if (!spec.clusterIP) setOrDelete(spec, 'clusterIP', before.clusterIP);
    if ((spec.clusterIPs ?? []).length === 0 && spec.clusterIP === before.clusterIP) {
      setOrDelete(spec, 'clusterIPs', before.clusterIPs);
    }
  }
  if (needsNodePorts(before) && needsNodePorts(spec)) keepNodePorts(spec, before);
  if (needsHealthCheckPort(before) && needsHealthCheckPort(spec) && !spec.healthCheckNodePort) {
    setOrDelete(spec, 'healthCheckNodePort', before.healthCheckNodePort);
  }
}

/** Ports are known again by their names. */
function keepNodePorts(spec: ServiceSpec, before: ServiceSpec): void {
  const asked = nodePortsOf(spec);
  const used = new Set([...nodePortsOf(before)].filter((port) => asked.has(port)));
  const byName = new Map((before.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
  for (const port of spec.ports ?? []) {
    const known = byName.get(port.name ?? '');
    if (port.nodePort || !known || used.has(known)) continue;
    port.nodePort = known;
    used.add(known);
  }
}

/** Only what is as it was: what the client has changed is for validation to judge. */
function dropWhatTypeDoesNotUse(spec: ServiceSpec, before: ServiceSpec): void {
  const loses = (needs: (of: ServiceSpec) => boolean): boolean => needs(before) && !needs(spec);
  if (loses(needsClusterIp)) {
    if (semanticEqual(spec.clusterIPs, before.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    dropUnchanged(spec, before, ['ipFamilies', 'ipFamilyPolicy']);
  }
  if (loses(needsNodePorts) && semanticEqual([...nodePortsOf(spec)], [...nodePortsOf(before)])) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (loses(needsHealthCheckPort)) dropUnchanged(spec, before, ['healthCheckNodePort']);
  if (loses(({ type }) => type === 'LoadBalancer')) {
    dropUnchanged(spec, before, ['allocateLoadBalancerNodePorts', 'loadBalancerClass']);
  }
  if (
    loses(
      ({ type, externalIPs = [] }) => needsNodePorts({ type: type ?? 'ClusterIP' }) || externalIPs.length > 0,
    )
  ) {
    dropUnchanged(spec, before, ['externalTrafficPolicy']);
  }
}

function dropUnchanged(spec: ServiceSpec, before: ServiceSpec, fields: readonly (keyof ServiceSpec)[]): void {
  for (const field of fields) if (semanticEqual(spec[field], before[field])) delete spec[field];
}

function nodePortsOf({ ports = [] }: ServiceSpec): Set<number> {
  return new Set(ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])));
}

function setOrDelete<Field extends keyof ServiceSpec>(
  spec: ServiceSpec,
  field: Field,
  value: ServiceSpec[Field] | undefined,
): void {
  if (value === undefined) delete spec[field];
  else spec[field] = value;
}
