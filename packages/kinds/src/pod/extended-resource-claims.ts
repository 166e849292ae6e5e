import { checkDns1123Subdomain, duplicate, type FieldError, invalid, path, required } from '@berth/machinery';
import type { PodExtendedResourceClaimStatus, PodSpec } from '../generated/api-types.ts';
import { invalidFor, validateDnsLabel } from '../pod-template/field-checks.ts';

/** Which request of the claim made for a pod stands for which device that a container asked for. */
export function validateExtendedResourceClaims(
  status: PodExtendedResourceClaimStatus | undefined,
  spec: PodSpec,
): FieldError[] {
  if (!status) return [];
  const at = path('status', 'extendedResourceClaimStatus');
  const mappings = status.requestMappings ?? [];
  const mappingsAt = at.child('requestMappings');
  const containers = new Map(
    [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((container) => [
      container.name,
      container,
    ]),
  );
  const errors =
    mappings.length === 0 ? [required(mappingsAt, 'at least one request mapping is required')] : [];
  const seen = new Set<string>();
  for (const [index, { containerName, resourceName, requestName }] of mappings.entries()) {
    const mappingAt = mappingsAt.index(index);
    const container = containers.get(containerName);
    if (!container) {
      const detail = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
      errors.push(invalid(mappingAt.child('containerName'), containerName, detail));
    } else if (container.resources?.requests?.[resourceName] === undefined) {
      const detail =
        'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
      errors.push(invalid(mappingAt.child('resourceName'), resourceName, detail));
    }
    errors.push(...validateDnsLabel(requestName, at.child('requestName')));
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      errors.push(duplicate(mappingAt.child('containerName'), containerName));
      errors.push(duplicate(mappingAt.child('resourceName'), resourceName));
      errors.push(duplicate(mappingAt.child('requestName'), requestName));
    }
    seen.add(key);
  }
  const { resourceClaimName: claim } = status;
  const claimAt = at.child('resourceClaimName');
  if (!claim) return [...errors, required(claimAt)];
  return [...errors, ...invalidFor({ at: claimAt, value: claim }, checkDns1123Subdomain(claim))];
}
