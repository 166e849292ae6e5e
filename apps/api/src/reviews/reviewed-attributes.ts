import type { RequestAttributes } from '@berth/auth';
import { type FieldError, invalid, invalidError, path } from '@berth/machinery';

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
  };
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
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

function invalidReview(kind: string, hasBoth: boolean) {
  const detail = hasBoth
    ? 'cannot be specified in combination with resourceAttributes'
    : 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  const at = hasBoth ? path('spec', 'nonResourceAttributes') : path('spec', 'resourceAttributes');
  const errors: FieldError[] = [invalid(at, null, detail)];
  return invalidError({ group: 'authorization.k8s.io', kind }, '', errors);
}
