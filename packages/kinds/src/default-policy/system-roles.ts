import type { PolicyRule } from '../generated/api-types.ts';
import { named, onPaths, onResources, reads, recordsEvents } from './policy-rule.ts';

const reviews: readonly PolicyRule[] = [
  onResources('create', 'authentication.k8s.io', 'tokenreviews'),
  onResources('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];

const everything: readonly PolicyRule[] = [
  onResources('*', '*', '*'),
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

const nodeRules: readonly PolicyRule[] = [
  onResources('create', 'authentication.k8s.io', 'tokenreviews'),
  onResources('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
  onResources(reads, 'core', 'services'),
  onResources('create get list watch', 'core', 'nodes'),
  onResources('patch update', 'core', 'nodes/status'),
  onResources('patch update', 'core', 'nodes'),
  onResources('create patch update', 'core', 'events'),
  onResources(reads, 'core', 'pods'),
  onResources('create delete', 'core', 'pods'),
  onResources('patch update', 'core', 'pods/status'),
  onResources('create', 'core', 'pods/eviction'),
  onResources(reads, 'core', 'configmaps secrets'),
  onResources('get', 'core', 'persistentvolumeclaims persistentvolumes'),
  onResources('get', 'core', 'endpoints'),
  onResources('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
  onResources('create delete get patch update', 'coordination.k8s.io', 'leases'),
  onResources('get', 'storage.k8s.io', 'volumeattachments'),
  onResources('create', 'core', 'serviceaccounts/token'),
  onResources('get patch update', 'core', 'persistentvolumeclaims/status'),
  onResources(reads, 'storage.k8s.io', 'csidrivers'),
  onResources('create delete get patch update', 'storage.k8s.io', 'csinodes'),
  onResources(reads, 'node.k8s.io', 'runtimeclasses'),
];

const schedulerRules: readonly PolicyRule[] = [
  recordsEvents,
  onResources('create', 'coordination.k8s.io', 'leases'),
  named('kube-scheduler', onResources('get update', 'coordination.k8s.io', 'leases')),
  onResources(reads, 'core', 'nodes'),
  onResources('delete get list watch', 'core', 'pods'),
  onResources('create', 'core', 'bindings pods/binding'),
  onResources('patch update', 'core', 'pods/status'),
  onResources(reads, 'core', 'replicationcontrollers services'),
  onResources(reads, 'apps extensions', 'replicasets'),
  onResources(reads, 'apps', 'statefulsets'),
  onResources(reads, 'policy', 'poddisruptionbudgets'),
  onResources(reads, 'core', 'persistentvolumeclaims persistentvolumes'),
  ...reviews,
  onResources(reads, 'storage.k8s.io', 'csinodes'),
  onResources(reads, 'core', 'namespaces'),
  onResources(reads, 'storage.k8s.io', 'csidrivers'),
  onResources(reads, 'storage.k8s.io', 'csistoragecapacities'),
];

const controllerManagerRules: readonly PolicyRule[] = [
  recordsEvents,
  onResources('create', 'coordination.k8s.io', 'leases'),
  named('kube-controller-manager', onResources('get update', 'coordination.k8s.io', 'leases')),
  onResources('create', 'core', 'secrets serviceaccounts'),
  onResources('delete', 'core', 'secrets'),
  onResources('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
  onResources('update', 'core', 'secrets serviceaccounts'),
  ...reviews,
  onResources('list watch', '*', '*'),
  onResources('create', 'core', 'serviceaccounts/token'),
];

/**
 * The rules of Kubernetes' own ClusterRoles, by name, without those that are put together from others. Left out are the
 * roles of upstream's controllers, which have no identities here, and of what is not served (certificate requests).
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export const systemRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': everything,
  'system:auth-delegator': reviews,
  'system:basic-user': [
    onResources('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    onResources('create', 'authentication.k8s.io', 'selfsubjectreviews'),
  ],
  'system:discovery': [
    onPaths('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'),
  ],
  'system:kube-aggregator': [onResources(reads, 'core', 'endpoints services')],
  'system:kube-controller-manager': controllerManagerRules,
  'system:kube-dns': [onResources('list watch', 'core', 'endpoints services')],
  'system:kube-scheduler': schedulerRules,
  'system:kubelet-api-admin': [
    onResources(reads, 'core', 'nodes'),
    onResources('proxy', 'core', 'nodes'),
    onResources('*', 'core', 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
  ],
  'system:monitoring': [
    onPaths('/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'),
  ],
  'system:node': nodeRules,
  'system:node-bootstrapper': [
    onResources('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
  ],
  'system:node-problem-detector': [
    onResources('get', 'core', 'nodes'),
    onResources('patch', 'core', 'nodes/status'),
    recordsEvents,
  ],
  'system:node-proxier': [
    onResources('list watch', 'core', 'endpoints services'),
    onResources(reads, 'core', 'nodes'),
    recordsEvents,
    onResources('list watch', 'discovery.k8s.io', 'endpointslices'),
  ],
  'system:persistent-volume-provisioner': [
    onResources('create delete get list watch', 'core', 'persistentvolumes'),
    onResources('get list update watch', 'core', 'persistentvolumeclaims'),
    onResources(reads, 'storage.k8s.io', 'storageclasses'),
    onResources('watch', 'core', 'events'),
    recordsEvents,
  ],
  'system:public-info-viewer': [onPaths('/healthz /livez /readyz /version /version/')],
  'system:service-account-issuer-discovery': [onPaths('/.well-known/openid-configuration /openid/v1/jwks')],
  'system:volume-scheduler': [
    onResources('get list patch update watch', 'core', 'persistentvolumes'),
    onResources(reads, 'storage.k8s.io', 'storageclasses'),
    onResources('get list patch update watch', 'core', 'persistentvolumeclaims'),
  ],
};
