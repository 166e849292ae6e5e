import { authorize, type Identity, type RequestAttributes } from '@berth/auth';
import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';

const everything = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

/** What every identity of a cluster may do; see `authorize`. */
const basics = {
  resourceRules: [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ],
  nonResourceRules: [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
    },
  ],
};

/** `kubectl auth can-i --list` */
export function reviewOwnRules(request: ResourceRequest): Promise<Response> {
  const { clusterId } = request.scope.attributes;
  return answerReview(request, (_review, identity) => {
    const rules = mayDoEverything(identity, clusterId) ? everything : basics;
    // A node's own rules depend on names and are not listed.
    return { ...rules, incomplete: rules === basics && identity.groups.includes('system:nodes') };
  });
}

function mayDoEverything(identity: Identity, clusterId: string): boolean {
  const anything: RequestAttributes = {
    type: 'resource',
    clusterId,
    verb: '*',
    group: '*',
    version: '*',
    resource: '*',
    subresource: '',
    namespace: '',
    name: '',
  };
  return authorize(identity, anything).allowed;
}
