import type { KubeObject } from '@berth/machinery';
import type { ClusterView } from '../reconciler.ts';

/** The objects by which a namespace judges what is created in it, in order of their names, as the API server reads them. */
export function policiesIn(
  view: Pick<ClusterView, 'list'>,
  resource: string,
  namespace: string,
): readonly KubeObject[] {
  const policies = view.list(resource, namespace);
  if (policies.length < 2) return policies;
  return policies.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
