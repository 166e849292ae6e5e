/** The fleet's own cluster, which has no Cluster object. */
const systemClusterId = 'system';

/** Namespaces of the system cluster that are the operator's. */
const operatorNamespaces: ReadonlySet<string> = new Set(['default', 'system']);

/** Why no tenant can be called this; nothing if one can. A tenant's name is that of its namespace in the system cluster. */
export function reservedTenantName(name: string): string | undefined {
  if (operatorNamespaces.has(name)) return "is reserved for the fleet's own namespaces";
  return name.startsWith('kube-') ? 'names that begin with "kube-" are reserved for Kubernetes' : undefined;
}

/** Why no cluster can be called this; nothing if one can. */
export function reservedClusterName(name: string): string | undefined {
  return name === systemClusterId ? "is the name of the fleet's own cluster" : undefined;
}
