import { beforeCreate, type KindRegistry, type LifecycleContext, writeAttributes } from '@berth/kinds';
import { encodeStoredBody, type KubeObject } from '@berth/machinery';
import type { Write } from '@berth/store';

/**
 * The writes that create these objects, each having passed the lifecycle of its kind as a request would.
 *
 * @throws StatusError for an object that a request would have been refused for; Error for a kind that is not served
 */
export function creations(
  kinds: KindRegistry,
  objects: readonly KubeObject[],
  context: LifecycleContext,
): readonly Write[] {
  return objects.map((desired) => {
    const served = kinds.byGroupVersionKind(desired.apiVersion, desired.kind);
    if (served === undefined) throw new Error(`no cluster serves ${desired.apiVersion} ${desired.kind}`);
    const { object } = beforeCreate(served.definition, desired, context);
    return { op: 'create', ...writeAttributes(served.definition, object), body: encodeStoredBody(object) };
  });
}
