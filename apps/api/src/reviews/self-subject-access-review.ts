import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';
import { type ReviewedAccess, reviewedAttributes } from './reviewed-attributes.ts';

/** `kubectl auth can-i` */
export function reviewOwnAccess(request: ResourceRequest): Promise<Response> {
  const { deps, scope } = request;
  return answerReview(request, async ({ kind, spec }, identity) => {
    // The message by which the review was decoded has this form.
    const asked = reviewedAttributes(scope.attributes.clusterId, kind, spec as ReviewedAccess);
    const { allowed, reason } = await deps.authorizer.authorize(identity, asked);
    return { allowed, ...(reason !== '' && { reason }) };
  });
}
