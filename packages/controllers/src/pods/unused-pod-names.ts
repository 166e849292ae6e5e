import { generateName } from '@berth/machinery';
import type { ClusterView, ReconcileContext } from '../reconciler.ts';

/** Makes names with a random end that no pod of the namespace has, and none twice. */
export function unusedPodNames(
  namespace: string,
  view: Pick<ClusterView, 'get'>,
  { newNameSuffix }: Pick<ReconcileContext, 'newNameSuffix'>,
): (prefix: string) => string {
  const taken = new Set<string>();
  return (prefix) => {
    let name = generateName(prefix, newNameSuffix);
    while (taken.has(name) || view.get({ resource: 'pods', namespace, name })) {
      name = generateName(prefix, newNameSuffix);
    }
    taken.add(name);
    return name;
  };
}
