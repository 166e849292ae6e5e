import { authorize } from '@berth/auth';
import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';
import { type ReviewedAccess, reviewedAttributes } from './reviewed-attributes.ts';

/** `kubectl auth can-i` */
export function reviewOwnAccess(request: ResourceRequest): Promise<Response> {
  const { clusterId } = request.scope.attributes;
  return answerReview(request, ({ kind, spec }, identity) => {
    // The message by which the review was decoded has this form.
    const asked = reviewedAttributes(clusterId, kind, spec as ReviewedAccess);
    const { allowed, reason } = authorize(identity, asked);
    return { allowed, ...(reason !== '' && { reason }) };
  });
}
