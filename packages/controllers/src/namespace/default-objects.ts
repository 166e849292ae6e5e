import type { ConfigMap, ServiceAccount } from '@berth/kinds';
import type { Action, ClusterView } from '../reconciler.ts';

export const defaultServiceAccountName = 'default';
export const rootCaConfigMapName = 'kube-root-ca.crt';
const caKey = 'ca.crt';

/** The account of pods that name none. */
export function defaultServiceAccount(namespace: string): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: defaultServiceAccountName, namespace },
  };
}

/** What pods verify the API server with. */
export function rootCaConfigMap(namespace: string, clusterCa: string): ConfigMap {
  const description =
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: rootCaConfigMapName,
      namespace,
      annotations: { 'kubernetes.io/description': description },
    },
    data: { [caKey]: clusterCa },
  };
}

/** Makes what every active namespace has, again if somebody deleted or changed it. */
export function ensureDefaultObjects(
  view: ClusterView,
  namespace: string,
  clusterCa: string,
): readonly Action[] {
  const actions: Action[] = [];
  const account = { resource: 'serviceaccounts', namespace, name: defaultServiceAccountName };
  if (!view.get(account)) actions.push({ type: 'create', object: defaultServiceAccount(namespace) });

  const wanted = rootCaConfigMap(namespace, clusterCa);
  const rootCa = view.get<ConfigMap>({ resource: 'configmaps', namespace, name: rootCaConfigMapName });
  if (!rootCa) actions.push({ type: 'create', object: wanted });
  else if (rootCa.data?.[caKey] !== clusterCa && !rootCa.immutable) {
    const object: ConfigMap = { ...rootCa, data: { [caKey]: clusterCa } };
    actions.push({ type: 'update', object });
  }
  return actions;
}
