import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';
import { userInfo } from './user-info.ts';

/** `kubectl auth whoami` */
export function reviewSelf(request: ResourceRequest): Promise<Response> {
  return answerReview(request, (_review, identity) => ({ userInfo: userInfo(identity) }));
}
