import type { Identity } from '@berth/auth';
import { badRequestError, invalidError, path, required } from '@berth/machinery';
import { inUrlNamespace } from '../request/match-url.ts';
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
  // The message by which the review was decoded has this form.
  return answerReview(request, ({ kind, spec }) => judge(request, kind, spec as ReviewedSubject));
}

/** The same about one namespace, for those who may ask about that alone. */
export function reviewLocalAccess(request: ResourceRequest): Promise<Response> {
  return answerReview(request, (review) => {
    const { kind, spec } = inUrlNamespace(request.scope, review);
    // The message by which the review was decoded has this form.
    const subject = spec as ReviewedSubject;
    const { namespace } = request.scope;
    if (subject.nonResourceAttributes !== undefined) {
      throw badRequestError('spec.nonResourceAttributes disallowed on this kind of request');
    }
    if (subject.resourceAttributes !== undefined && subject.resourceAttributes.namespace !== namespace) {
      throw badRequestError(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
    }
    return judge(request, kind, subject);
  });
}

async function judge({ deps, scope }: ResourceRequest, kind: string, subject: ReviewedSubject) {
  const { clusterId } = scope.attributes;
  const asked = reviewedAttributes(clusterId, kind, subject);
  const identity = subjectOf(clusterId, kind, subject);
  const { allowed, reason } = await deps.authorizer.authorize(identity, asked);
  return { allowed, ...(reason !== '' && { reason }) };
}

function subjectOf(
  clusterId: string,
  kind: string,
  { user = '', uid = '', groups = [], extra = {} }: ReviewedSubject,
): Identity {
  if (user === '' && groups.length === 0) {
    const error = required(path('spec', 'user'), 'at least one of user or group must be specified');
    throw invalidError({ group: 'authorization.k8s.io', kind }, '', [error]);
  }
  return { clusterId, username: user, uid, groups, extra, jti: '' };
}
