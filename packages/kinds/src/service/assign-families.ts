import { type FieldError, invalid, path, semanticEqual } from '@berth/machinery';
import type { ServiceSpec } from '../generated/api-types.ts';
import { ipFamily } from '../pod-template/ip-address.ts';
import type { Assignment } from './assign-service.ts';
import { ipRange } from './ip-range.ts';
import { noClusterIp } from './service-needs.ts';
import { validateClusterIps } from './validate-cluster-ips.ts';

const policyAt = path('spec', 'ipFamilyPolicy');

/**
 * Settles the families of a Service, from what it asks for and what the cluster has.
 * https://kubernetes.io/docs/concepts/services-networking/dual-stack/#services
 */
export function assignFamilies(assignment: Assignment): void {
  const { spec, before, room, refuse } = assignment;
  if (spec.type === 'ExternalName' || isKeptAsIs(assignment)) return;
  const known: readonly string[] = room.network.cidrs.map((cidr) => ipRange(cidr).family);
  const isWithoutPods = spec.clusterIP === noClusterIp && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? (isWithoutPods ? 'RequireDualStack' : 'SingleStack');
  refuseAny(refuse, validateClusterIps(spec));
  refuseAny(refuse, settleUpdate(spec, before));
  refuseAny(refuse, inferFamilies(spec, known));
  const families = (spec.ipFamilies ??= []);
  if (!isWithoutPods) refuseAny(refuse, unknownFamilies(spec, known));
  if (families.length === 0) families.push(known[0] ?? 'IPv4');
  const mayHaveSecond = isWithoutPods || known.length === 2;
  if (spec.ipFamilyPolicy !== 'SingleStack' && families.length === 1 && mayHaveSecond) {
    families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
  }
}

function refuseAny(refuse: Assignment['refuse'], errors: readonly FieldError[]): void {
  if (errors.length > 0) refuse(...errors);
}

/** A Service that prefers two families keeps what it has, whatever the cluster has come to have. */
function isKeptAsIs({ spec, before }: Assignment): boolean {
  return (
    before !== undefined &&
    before.type === spec.type &&
    spec.ipFamilyPolicy === 'PreferDualStack' &&
    before.ipFamilyPolicy === 'PreferDualStack' &&
    semanticEqual(spec.clusterIPs ?? [], before.clusterIPs ?? []) &&
    semanticEqual(spec.ipFamilies ?? [], before.ipFamilies ?? [])
  );
}

/** Whoever asks for one family lets go of the second one; nobody else does without saying so. */
function settleUpdate(spec: ServiceSpec, before: ServiceSpec | undefined): FieldError[] {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (before === undefined) return [];
  if (ipFamilyPolicy === 'SingleStack') {
    if (clusterIPs.length > 1 && semanticEqual(clusterIPs, before.clusterIPs))
      spec.clusterIPs = clusterIPs.slice(0, 1);
    if (ipFamilies.length > 1 && semanticEqual(ipFamilies, before.ipFamilies))
      spec.ipFamilies = ipFamilies.slice(0, 1);
    return [];
  }
  const isReduced = (next: readonly string[], former: readonly string[] = []): boolean =>
    next.length > 0 && next.length < former.length;
  const release = (what: string): FieldError =>
    invalid(policyAt, ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(isReduced(clusterIPs, before.clusterIPs) ? [release('cluster IP')] : []),
    ...(isReduced(ipFamilies, before.ipFamilies) ? [release('IP family')] : []),
  ];
}

/** The families of the addresses that are asked for. */
function inferFamilies(spec: ServiceSpec, known: readonly string[]): FieldError[] {
  const { clusterIPs = [], ipFamilyPolicy } = spec;
  const families = (spec.ipFamilies ??= []);
  const errors: FieldError[] = [];
  const needsTwo = (what: string): FieldError =>
    invalid(
      policyAt,
      ipFamilyPolicy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  if (ipFamilyPolicy === 'SingleStack') {
    if (clusterIPs.length === 2) errors.push(needsTwo('cluster IPs'));
    if (families.length === 2) errors.push(needsTwo('IP families'));
  }
  for (const [index, address] of clusterIPs.entries()) {
    if (address === noClusterIp) break;
    const family = `IPv${ipFamily(address)}`;
    if (index < families.length) continue;
    if (known.includes(family)) families.push(family);
    else
      errors.push(
        invalid(
          path('spec', 'clusterIPs').index(index),
          clusterIPs,
          `${family} is not configured on this cluster`,
        ),
      );
  }
  return errors;
}

function unknownFamilies(
  { ipFamilyPolicy, ipFamilies = [] }: ServiceSpec,
  known: readonly string[],
): FieldError[] {
  const errors: FieldError[] = [];
  if (ipFamilyPolicy === 'RequireDualStack' && known.length < 2) {
    errors.push(invalid(policyAt, ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  }
  for (const [index, family] of ipFamilies.entries()) {
    if (known.includes(family)) continue;
    errors.push(invalid(path('spec', 'ipFamilies').index(index), family, 'not configured on this cluster'));
  }
  return errors;
}
