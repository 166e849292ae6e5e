import { apiAudience, TokenError, type VerifiedToken, verifyToken } from '@berth/auth';
import { badRequestError } from '@berth/machinery';
import type { Outsider } from '../outsiders/outsiders.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { issuersOf } from '../tokens/issuers-of.ts';
import { missingDependency } from '../tokens/token-liveness.ts';
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

/** A token proves nothing here that has ended, or whose account or bound object is gone. Nothing of it is cached. */
async function judge(request: ResourceRequest, { token = '', audiences }: ReviewedToken): Promise<object> {
  if (token === '') throw badRequestError('token is required for TokenReview in authentication');
  const asked = audiences?.length ? audiences : [apiAudience];
  try {
    const outsider = await request.deps.outsiders.identify(token, request.scope.attributes.clusterId);
    if (outsider !== undefined) return ofOutsider(outsider, asked);
    const verified = await verifiedToken(request, token, asked);
    const problem = await missingDependency(request.deps, verified.dependencies);
    if (problem !== undefined) return refused('service account token has been invalidated');
    return { authenticated: true, user: userInfo(verified.identity), audiences: verified.audiences };
  } catch (error) {
    if (error instanceof TokenError) return refused(error.message);
    throw error;
  }
}

/** A token from outside is good for the API server; whoever asks for another audience gets no answer by it. */
function ofOutsider({ identity }: Outsider, asked: readonly string[]): object {
  if (!asked.includes(apiAudience)) return refused('the token is for another audience');
  return { authenticated: true, user: userInfo(identity), audiences: [apiAudience] };
}

function verifiedToken(
  { deps, scope }: ResourceRequest,
  token: string,
  audience: readonly string[],
): Promise<VerifiedToken> {
  const { clusterId } = scope.attributes;
  return verifyToken(token, {
    keysOf: (named) => (named === clusterId ? deps.keys.verificationKeys(named) : Promise.resolve([])),
    audience,
    issuersOf: (named) => issuersOf(deps, named),
    now: deps.now(),
  });
}

/** As upstream joins what its authenticators say. */
function refused(problem: string): object {
  return { user: {}, error: `[invalid bearer token, ${problem}]` };
}
