import { resourceName } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { ClusterView, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** The key of an object of any kind. */
export function keyOfObject(object: KubeObject, view: ClusterView): ReconcileKey | undefined {
  const definition = view.registry.byGroupVersionKind(object.apiVersion, object.kind)?.definition;
  return definition && keyOf(resourceName(definition), object);
}
