import type { RequestAttributes } from './authorize.ts';

/** Paths that every authenticated identity of a cluster may read (upstream's `system:discovery`). */
const discoveryPaths = /^\/(?:api|apis|openapi)(?:\/|$)|^\/(?:version|healthz|livez|readyz)(?:\/|$)/;

/** Reviews of oneself (upstream's `system:basic-user`). */
const selfReviews = new Map<string, readonly string[]>([
  ['authorization.k8s.io', ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']],
  ['authentication.k8s.io', ['selfsubjectreviews']],
]);

/** Whether a request only finds out what there is and who one is: open to every identity of the cluster. */
export function isBasicAccess(attributes: RequestAttributes): boolean {
  if (attributes.type === 'path') return attributes.verb === 'get' && discoveryPaths.test(attributes.path);
  return (
    attributes.verb === 'create' &&
    (selfReviews.get(attributes.group)?.includes(attributes.resource) ?? false)
  );
}
