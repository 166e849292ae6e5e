/** The cluster in which the fleet keeps what it knows of itself: its nodes, their leases. */
export const systemCluster = 'system';

/** Path of a namespaced core resource in a cluster. */
export function namespacedPath(cluster: string, namespace: string, ...parts: readonly string[]): string {
  return corePath(cluster, 'namespaces', namespace, ...parts);
}

export function corePath(cluster: string, ...parts: readonly string[]): string {
  return `/clusters/${[cluster, 'api', 'v1', ...parts].map(encodeURIComponent).join('/')}`;
}
