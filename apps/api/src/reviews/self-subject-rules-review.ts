import { aggregateErrors, type SubjectRules } from '@berth/auth';
import { badRequestError } from '@berth/machinery';
import type { ResourceRequest } from '../route/resource-request.ts';
import { answerReview } from './answer-review.ts';

/** `kubectl auth can-i --list` */
export function reviewOwnRules(request: ResourceRequest): Promise<Response> {
  const { deps, scope } = request;
  return answerReview(request, async ({ spec }, identity) => {
    // The message by which the review was decoded has this form.
    const { namespace } = spec as { readonly namespace?: string };
    if (!namespace) throw badRequestError('no namespace on request');
    return statusOf(await deps.authorizer.rulesOf(identity, scope.attributes.clusterId, namespace));
  });
}

function statusOf({ rules, errors }: SubjectRules) {
  return {
    resourceRules: rules
      .filter(({ resources }) => resources?.length)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups: apiGroups ?? [],
        resources,
        ...(resourceNames?.length && { resourceNames }),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: errors.length > 0,
    ...(errors.length > 0 && { evaluationError: aggregateErrors(errors) }),
  };
}
