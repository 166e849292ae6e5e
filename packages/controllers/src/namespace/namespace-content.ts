import { type KindDefinition, resourceName } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { ClusterView } from '../reconciler.ts';

/** The objects of one resource that are still in a namespace. */
export interface RemainingContent {
  readonly definition: KindDefinition;
  readonly resource: string;
  readonly objects: readonly KubeObject[];
}

/** Pods go before everything that they may still use: https://kep.k8s.io/5080 */
const firstToGo = 'pods';

/** Everything in the namespace, pods first and the rest by name of the resource. */
export function namespaceContent(view: ClusterView, namespace: string): readonly RemainingContent[] {
  return view.registry.definitions
    .filter((definition) => definition.scope === 'Namespaced' && !definition.virtual)
    .map((definition) => {
      const resource = resourceName(definition);
      return { definition, resource, objects: view.list(resource, namespace) };
    })
    .filter(({ objects }) => objects.length > 0)
    .sort((left, right) => rank(left) - rank(right) || (left.resource < right.resource ? -1 : 1));
}

/** What may be deleted now: the pods, and all the rest once no pod is left. */
export function contentToDelete(content: readonly RemainingContent[]): readonly RemainingContent[] {
  const pods = content.filter(({ resource }) => resource === firstToGo);
  return pods.length > 0 ? pods : content;
}

function rank({ resource }: RemainingContent): number {
  return resource === firstToGo ? 0 : 1;
}
