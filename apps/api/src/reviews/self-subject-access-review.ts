import { authorize, type RequestAttributes } from '@berth/auth';
import { type FieldError, invalid, invalidError, type KubeObject, path } from '@berth/machinery';
import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';

interface AccessReview extends KubeObject {
  readonly spec: {
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
  };
}

/** `kubectl auth can-i` */
export function reviewOwnAccess(request: ResourceRequest): Promise<Response> {
  const { clusterId } = request.scope.attributes;
  return answerReview(request, (review, identity) => {
    // The message by which the review was decoded has this form.
    const { spec } = review as AccessReview;
    const { allowed, reason } = authorize(identity, attributesOf(clusterId, spec));
    return { allowed, ...(reason !== '' && { reason }) };
  });
}

function attributesOf(clusterId: string, spec: AccessReview['spec']): RequestAttributes {
  const { resourceAttributes: resource, nonResourceAttributes: nonResource } = spec;
  if ((resource === undefined) === (nonResource === undefined)) throw invalidReview(resource !== undefined);
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

function invalidReview(hasBoth: boolean) {
  const detail = hasBoth
    ? 'cannot be specified in combination with resourceAttributes'
    : 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  const at = hasBoth ? path('spec', 'nonResourceAttributes') : path('spec', 'resourceAttributes');
  const errors: FieldError[] = [invalid(at, null, detail)];
  return invalidError({ group: 'authorization.k8s.io', kind: 'SelfSubjectAccessReview' }, '', errors);
}
