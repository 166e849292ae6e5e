import { apiAudience, TokenError, verifyToken } from '@berth/auth';
import { badRequestError } from '@berth/machinery';
import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';
import { userInfo } from './user-info.ts';

interface ReviewedToken {
  readonly token?: string;
  readonly audiences?: readonly string[] | null;
}

/** Whose token it is, if it is one of this cluster's. What servers ask that authenticate by its tokens. */
export function reviewToken(request: ResourceRequest): Promise<Response> {
  // The message by which the review was decoded has this form.
  return answerReview(request, ({ spec }) => judge(request, spec as ReviewedToken));
}

async function judge(
  { deps, scope }: ResourceRequest,
  { token = '', audiences }: ReviewedToken,
): Promise<object> {
  if (token === '') throw badRequestError('token is required for TokenReview in authentication');
  const [audience = apiAudience] = audiences ?? [];
  const { clusterId } = scope.attributes;
  try {
    const { identity } = await verifyToken(token, {
      keysOf: (named) => (named === clusterId ? deps.keys.verificationKeys(named) : Promise.resolve([])),
      audience,
      now: deps.now(),
    });
    return { authenticated: true, user: userInfo(identity), audiences: [audience] };
  } catch (error) {
    if (error instanceof TokenError) return { user: {}, error: error.message };
    throw error;
  }
}
