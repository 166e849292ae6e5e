/**
 * Messages of which server-side apply owns all or nothing (`+structType=atomic`). The schema table marks fields, and
 * these marks stand on the types: by the last part of the package and the name, over all versions.
 */
const atomicMessages = new Set([
  'admissionregistration.MatchResources',
  'admissionregistration.NamedRuleWithOperations',
  'admissionregistration.ParamKind',
  'admissionregistration.ParamRef',
  'admissionregistration.Variable',
  'autoscaling.CrossVersionObjectReference',
  'core.ConfigMapKeySelector',
  'core.EndpointAddress',
  'core.EndpointPort',
  'core.FileKeySelector',
  'core.LocalObjectReference',
  'core.NodeSelector',
  'core.NodeSelectorTerm',
  'core.ObjectFieldSelector',
  'core.ObjectReference',
  'core.ResourceFieldSelector',
  'core.ScopeSelector',
  'core.SecretKeySelector',
  'core.SecretReference',
  'core.TopologySelectorTerm',
  'core.TypedLocalObjectReference',
  'discovery.EndpointPort',
  'meta.LabelSelector',
  'meta.OwnerReference',
  'networking.ServiceBackendPort',
  'rbac.RoleRef',
  'rbac.Subject',
]);

/** Versions of the above that lack the mark. */
const granularMessages = new Set([
  'k8s.io.api.admissionregistration.v1alpha1.Variable',
  'k8s.io.api.autoscaling.v2.CrossVersionObjectReference',
]);

/** Whether a message is owned as a whole wherever it stands. */
export function isAtomicMessage(message: string): boolean {
  const [name = '', , group = ''] = message.split('.').toReversed();
  return (
    message.startsWith('k8s.io.') && atomicMessages.has(`${group}.${name}`) && !granularMessages.has(message)
  );
}
