import { z } from 'zod';
import type { Api } from '../api/api.ts';

const review = z.object({
  status: z.object({
    userInfo: z.object({
      username: z.string().default(''),
      uid: z.string().default(''),
      groups: z.array(z.string()).default([]),
    }),
  }),
});

/** Whom the server takes one for. */
export type UserInfo = z.output<typeof review>['status']['userInfo'];

/** Asks the server: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#self-subject-review */
export async function askWhoIAm(api: Api): Promise<UserInfo> {
  const answer = await api.call({
    method: 'POST',
    // The cluster of the token itself: not everybody is somebody in the fleet's own.
    cluster: '',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return review.parse(answer).status.userInfo;
}
