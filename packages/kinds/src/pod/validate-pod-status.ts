import {
  checkDns1123Subdomain,
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  type KubeObject,
  nameIsDnsSubdomain,
  path,
} from '@berth/machinery';
import type {
  Pod,
  PodCondition,
  PodResourceClaimStatus,
  PodSpec,
  PodStatus,
} from '../generated/api-types.ts';
import { invalidFor, validateQualifiedName } from '../pod-template/field-checks.ts';
import { ipFamily, validateIp } from '../pod-template/ip-address.ts';
import { validateAnnotationUpdate } from './annotation-update.ts';
import { validateContainerStatuses } from './container-statuses.ts';
import { validateContainerTransitions } from './container-transitions.ts';
import { validateExtendedResourceClaims } from './extended-resource-claims.ts';

const statusAt = path('status');

/** All that upstream's `ValidatePodStatusUpdate` checks beyond metadata. */
export function validatePodStatusUpdate(
  nextObject: KubeObject,
  currentObject: KubeObject,
): readonly FieldError[] {
  const next: Pod = nextObject;
  const current: Pod = currentObject;
  const [status, old] = [next.status ?? {}, current.status ?? {}];
  const spec = next.spec ?? {};
  return [
    ...validateAnnotationUpdate(next, current),
    ...validateConditions(status.conditions ?? []),
    ...validateNomination(status, old, current.spec ?? {}),
    ...validateGeneration(status.observedGeneration, 'observedGeneration'),
    ...validateQosClass(status, old),
    ...validateContainerTransitions(status, old, current.spec ?? {}),
    ...validateClaimStatuses(status.resourceClaimStatuses ?? [], spec),
    ...validateExtendedResourceClaims(status.extendedResourceClaimStatus, spec),
    ...validateIps('podIPs', status, old),
    ...validateHostIp(status),
    ...validateIps('hostIPs', status, old),
    ...validateContainerStatuses(status, spec),
  ];
}

const systemConditions = ['PodScheduled', 'Ready', 'Initialized'];

function validateConditions(conditions: readonly PodCondition[]): FieldError[] {
  return conditions.flatMap(({ type, observedGeneration }, index) => [
    ...validateGeneration(observedGeneration, `conditions[${index}].observedGeneration`),
    ...(systemConditions.includes(type)
      ? []
      : validateQualifiedName(type, statusAt.child('conditions').index(index).child('Type'))),
  ]);
}

function validateGeneration(generation: number | undefined, field: string): FieldError[] {
  if ((generation ?? 0) >= 0) return [];
  return [invalid(statusAt.child(field), generation, 'must be a non-negative integer')];
}

function validateNomination(next: PodStatus, old: PodStatus, spec: PodSpec): FieldError[] {
  const name = next.nominatedNodeName;
  if (!name || name === old.nominatedNodeName) return [];
  const at = statusAt.child('nominatedNodeName');
  const errors = invalidFor({ at, value: name }, nameIsDnsSubdomain(name));
  if (!spec.nodeName) return errors;
  return [...errors, forbidden(at, 'may not be set on pods that are already bound to a node')];
}

function validateQosClass({ qosClass: next }: PodStatus, { qosClass: old }: PodStatus): FieldError[] {
  if ((next ?? '') === (old ?? '')) return [];
  return [invalid(statusAt.child('qosClass'), next ?? '', 'field is immutable')];
}

function validateClaimStatuses(statuses: readonly PodResourceClaimStatus[], spec: PodSpec): FieldError[] {
  const known = new Set((spec.resourceClaims ?? []).map((claim) => claim.name));
  const seen = new Set<string>();
  return statuses.flatMap(({ name, resourceClaimName }, index) => {
    const at = statusAt.child('resourceClaimStatuses').index(index);
    const errors: FieldError[] = [];
    if (!known.has(name)) {
      const detail = 'must match the name of an entry in `spec.resourceClaims`';
      errors.push(invalid(at.child('name'), name, detail));
    }
    if (seen.has(name)) errors.push(duplicate(at.child('name'), name));
    seen.add(name);
    if (resourceClaimName === undefined) return errors;
    const claim = { at: at.child('resourceClaimName'), value: resourceClaimName };
    return [...errors, ...invalidFor(claim, checkDns1123Subdomain(resourceClaimName))];
  });
}

/** One address of each family. Addresses that are there already may stay as they are. */
function validateIps(field: 'podIPs' | 'hostIPs', next: PodStatus, old: PodStatus): FieldError[] {
  const at = statusAt.child(field);
  const known = new Set((old[field] ?? []).map(({ ip }) => ip));
  const addresses = next[field] ?? [];
  const errors = addresses.flatMap(({ ip }, index) => (known.has(ip) ? [] : validateIp(ip, at.index(index))));
  if (addresses.length < 2) return errors;
  const families = new Set(addresses.map(({ ip }) => ipFamily(ip)));
  if (addresses.length === 2 && families.size === 2) return errors;
  return [...errors, invalid(at, addresses, 'may specify no more than one IP for each IP family')];
}

function validateHostIp({ hostIP, hostIPs }: PodStatus): FieldError[] {
  const first = hostIPs?.[0]?.ip;
  if (first === undefined || first === hostIP) return [];
  return [invalid(statusAt.child('hostIPs').index(0).child('ip'), first, 'must be equal to `hostIP`')];
}
