import type { Reconciler } from '@berth/controllers';
import type { ConfigMap } from '@berth/kinds';

export const configMapKey = (name: string) => ({ resource: 'configmaps', namespace: 'default', name });

export function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

/**
 * A controller in small, whose work shows when it is done twice or not at all: each ConfigMap with `data.copy` gets one copy
 * under a random name, and a mark.
 */
export const copier: Reconciler = {
  name: 'copier',
  keysOf: ({ resource, before, after }) => {
    const source = after ?? before;
    return resource === 'configmaps' && source?.metadata.namespace === 'default'
      ? [configMapKey(source.metadata.name)]
      : [];
  },
  reconcile: (key, view, { newNameSuffix }) => {
    const source = view.get<ConfigMap>(key);
    if (!source?.data?.['copy'] || source.metadata.annotations?.['copied']) return [];
    const marked = { ...source, metadata: { ...source.metadata, annotations: { copied: 'true' } } };
    return [
      { type: 'create', object: configMap(`${key.name}-${newNameSuffix()}`, { of: source.data['copy'] }) },
      { type: 'update', object: marked },
    ];
  },
};
