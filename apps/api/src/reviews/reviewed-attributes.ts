import type { RequestAttributes } from '@berth/auth';
import { type FieldError, invalid, invalidError, path, required } from '@berth/machinery';

/** What an access review asks about. */
export interface ReviewedAccess {
  readonly resourceAttributes?: {
    readonly namespace?: string;
    readonly verb?: string;
    readonly group?: string;
    readonly version?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly fieldSelector?: ReviewedSelector;
    readonly labelSelector?: ReviewedSelector;
  };
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
}

/** What a list or watch is restricted to. RBAC does not look at it. */
interface ReviewedSelector {
  readonly rawSelector?: string;
  readonly requirements?: readonly unknown[];
}

/** The request that a review of this kind asks about. @throws StatusError `Invalid` unless it is exactly one */
export function reviewedAttributes(
  clusterId: string,
  kind: string,
  { resourceAttributes: resource, nonResourceAttributes: nonResource }: ReviewedAccess,
): RequestAttributes {
  if ((resource === undefined) === (nonResource === undefined))
    throw invalidReview(kind, resource !== undefined);
  if (nonResource !== undefined) {
    return { type: 'path', clusterId, verb: nonResource.verb ?? '', path: nonResource.path ?? '' };
  }
  requireSelectors(kind, resource ?? {});
  return {
    type: 'resource',
    clusterId,
    verb: resource?.verb ?? '',
    group: resource?.group ?? '',
    version: resource?.version ?? '',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
  };
}

/** A selector is given as text or as requirements. */
function requireSelectors(
  kind: string,
  { fieldSelector, labelSelector }: NonNullable<ReviewedAccess['resourceAttributes']>,
): void {
  const errors: FieldError[] = [];
  for (const [name, selector] of Object.entries({ fieldSelector, labelSelector })) {
    if (selector === undefined) continue;
    const at = path('spec', 'resourceAttributes', name);
    const hasText = (selector.rawSelector ?? '') !== '';
    const hasRequirements = (selector.requirements ?? []).length > 0;
    if (hasText && hasRequirements) {
      const detail = 'may not specified at the same time as requirements';
      errors.push(invalid(at.child('rawSelector'), selector.rawSelector, detail));
    }
    if (!hasText && !hasRequirements) {
      const detail = `when ${name} is specified, requirements or rawSelector is required`;
      errors.push(required(at.child('requirements'), detail));
    }
  }
  if (errors.length > 0) throw invalidError({ group: 'authorization.k8s.io', kind }, '', errors);
}

function invalidReview(kind: string, hasBoth: boolean) {
  const detail = hasBoth
    ? 'cannot be specified in combination with resourceAttributes'
    : 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  const at = hasBoth ? path('spec', 'nonResourceAttributes') : path('spec', 'resourceAttributes');
  const errors: FieldError[] = [invalid(at, null, detail)];
  return invalidError({ group: 'authorization.k8s.io', kind }, '', errors);
}
