import {
  checkDns1123Subdomain,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  path,
  required,
  valueNotFound,
} from '@berth/machinery';
import type { PodResourceClaim, PodSpec, ResourceClaim } from '../generated/api-types.ts';
import { invalidFor, validateDnsLabel } from './field-checks.ts';

/** Marks the API's copy of a pod that a node runs from a file of its own. */
export const mirrorPodAnnotation = 'kubernetes.io/config.mirror';

export function podClaimNames(spec: PodSpec): ReadonlySet<string> {
  return new Set((spec.resourceClaims ?? []).map((claim) => claim.name).filter((name) => name));
}

/** The claims of a pod, which its containers then name. */
export function validatePodResourceClaims(
  claims: readonly PodResourceClaim[],
  at: FieldPath,
  { isMirrorPod }: { readonly isMirrorPod: boolean },
): FieldError[] {
  const names = new Set<string>();
  return claims.flatMap((claim, index) => {
    if (isMirrorPod) return [forbidden(path(), 'static pods do not support resource claims')];
    return validatePodClaim(claim, at.index(index), names);
  });
}

function validatePodClaim(claim: PodResourceClaim, at: FieldPath, names: Set<string>): FieldError[] {
  const { name, resourceClaimName, resourceClaimTemplateName } = claim;
  const errors: FieldError[] = [];
  if (!name) errors.push(required(at.child('name')));
  else if (names.has(name)) errors.push(duplicate(at.child('name'), name));
  else errors.push(...validateDnsLabel(name, at.child('name')));
  names.add(name);
  if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
    const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
    errors.push(invalid(at, claim, detail));
  }
  if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
    const detail = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
    errors.push(invalid(at, claim, detail));
  }
  for (const [field, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName })) {
    if (value !== undefined) {
      errors.push(...invalidFor({ at: at.child(field), value }, checkDns1123Subdomain(value)));
    }
  }
  return errors;
}

/** The claims that a container uses: each a claim of the pod, or one request of such. */
export function validateResourceClaims(
  claims: readonly ResourceClaim[],
  at: FieldPath,
  podClaims: ReadonlySet<string>,
): FieldError[] {
  const used = new Set<string>();
  return claims.flatMap(({ name, request }, index) => {
    const claimAt = at.index(index);
    if (!name) return [required(claimAt)];
    const errors = validateClaimUse({ name, request }, claimAt, used);
    if (!podClaims.has(name)) {
      const known = podClaims.size === 0 ? ' which is empty' : `: ${[...podClaims].sort().join(', ')}`;
      const detail = `must be one of the names in pod.spec.resourceClaims${known}`;
      errors.push({ ...valueNotFound(claimAt, name), detail });
    }
    return errors;
  });
}

interface ClaimUse {
  readonly name: string;
  readonly request: string | undefined;
}

function validateClaimUse({ name, request }: ClaimUse, at: FieldPath, used: Set<string>): FieldError[] {
  if (used.has(name)) return [duplicate(at, name)];
  const errors = request ? validateDnsLabel(request, at.child('request')) : [];
  const key = request ? `${name}/${request}` : name;
  if (used.has(key)) errors.push(duplicate(at, key));
  else if (!request && [...used].some((other) => other.startsWith(`${name}/`))) {
    errors.push(duplicate(at, name));
  }
  used.add(key);
  return errors;
}
