import type { PolicyRule } from '../generated/api-types.ts';
import { onResources, reads, readsAndWrites, writes } from './policy-rule.ts';

/** What `admin`, `edit` and `view` are put together from. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles */
export const adminRules: readonly PolicyRule[] = [
  onResources('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
  onResources(readsAndWrites, 'rbac.authorization.k8s.io', 'rolebindings roles'),
];

export const editRules: readonly PolicyRule[] = [
  onResources(reads, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  onResources('impersonate', 'core', 'serviceaccounts'),
  onResources(writes, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  onResources('create', 'core', 'pods/eviction'),
  onResources(
    writes,
    'core',
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ),
  onResources('create', 'core', 'serviceaccounts/token'),
  onResources(
    writes,
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
  ),
  onResources(writes, 'autoscaling', 'horizontalpodautoscalers'),
  onResources(writes, 'batch', 'cronjobs jobs'),
  onResources(
    writes,
    'extensions',
    'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
  ),
  onResources(writes, 'policy', 'poddisruptionbudgets'),
  onResources(writes, 'networking.k8s.io', 'ingresses networkpolicies'),
  onResources(readsAndWrites, 'coordination.k8s.io', 'leases'),
];

export const viewRules: readonly PolicyRule[] = [
  onResources(
    reads,
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  ),
  onResources(
    reads,
    'core',
    'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  ),
  onResources(reads, 'core', 'namespaces'),
  onResources(reads, 'discovery.k8s.io', 'endpointslices'),
  onResources(
    reads,
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  ),
  onResources(reads, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  onResources(reads, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  onResources(
    reads,
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
  ),
  onResources(reads, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  onResources(reads, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
];
