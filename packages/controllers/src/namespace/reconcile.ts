import type { Namespace } from '@berth/kinds';
import type { ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { defaultServiceAccountName, ensureDefaultObjects, rootCaConfigMapName } from './default-objects.ts';
import { deleteContent } from './delete-content.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/ */
export const namespaceController: Reconciler = {
  name: 'namespace-controller',
  keysOf: namespaceKeys,
  reconcile: (key, view, { now, clusterCa }) => {
    const namespace = view.get<Namespace>(key);
    if (!namespace) return [];
    return namespace.metadata.deletionTimestamp
      ? deleteContent(namespace, view, now)
      : ensureDefaultObjects(view, key.name, clusterCa);
  },
};

function namespaceKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { resource, before, after } = change;
  const object = after ?? before;
  if (!object) return [];
  if (resource === 'namespaces') return after ? [keyOfNamespace(object.metadata.name)] : [];
  const name = object.metadata.namespace;
  if (!name) return [];
  if (isDefaultObject(resource, object.metadata.name)) return [keyOfNamespace(name)];
  // What holds a terminating namespace: objects, and their finalizers.
  const namespace = view.get(keyOfNamespace(name));
  return namespace?.metadata.deletionTimestamp ? [keyOfNamespace(name)] : [];
}

function isDefaultObject(resource: string, name: string): boolean {
  return (
    (resource === 'serviceaccounts' && name === defaultServiceAccountName) ||
    (resource === 'configmaps' && name === rootCaConfigMapName)
  );
}

function keyOfNamespace(name: string): ReconcileKey {
  return { resource: 'namespaces', namespace: '', name };
}
