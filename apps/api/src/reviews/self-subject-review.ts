import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';

/** `kubectl auth whoami` */
export function reviewSelf(request: ResourceRequest): Promise<Response> {
  return answerReview(request, (_review, { username, uid, groups, extra }) => ({
    userInfo: {
      username,
      ...(uid !== '' && { uid }),
      groups,
      ...(Object.keys(extra).length > 0 && { extra }),
    },
  }));
}
