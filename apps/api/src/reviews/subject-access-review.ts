import { authorize, type Identity } from '@berth/auth';
import { invalidError, path, required } from '@berth/machinery';
import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';
import { type ReviewedAccess, reviewedAttributes } from './reviewed-attributes.ts';

interface ReviewedSubject extends ReviewedAccess {
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Whether somebody may do something: what servers ask that leave authorization to the cluster. */
export function reviewAccess(request: ResourceRequest): Promise<Response> {
  const { clusterId } = request.scope.attributes;
  return answerReview(request, ({ kind, spec }) => {
    // The message by which the review was decoded has this form.
    const subject = spec as ReviewedSubject;
    const asked = reviewedAttributes(clusterId, kind, subject);
    const { allowed, reason } = authorize(subjectOf(clusterId, subject), asked);
    return { allowed, ...(reason !== '' && { reason }) };
  });
}

function subjectOf(
  clusterId: string,
  { user = '', uid = '', groups = [], extra = {} }: ReviewedSubject,
): Identity {
  if (user === '' && groups.length === 0) {
    const error = required(path('spec', 'user'), 'at least one of user or group must be specified');
    throw invalidError({ group: 'authorization.k8s.io', kind: 'SubjectAccessReview' }, '', [error]);
  }
  return { clusterId, username: user, uid, groups, extra, jti: '' };
}
