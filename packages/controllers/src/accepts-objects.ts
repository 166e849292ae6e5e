import type { ClusterView } from './reconciler.ts';

/** Whether objects may be created in a namespace: it exists and is not being deleted. */
export function acceptsObjects(view: Pick<ClusterView, 'get'>, namespace: string): boolean {
  const object = view.get({ resource: 'namespaces', namespace: '', name: namespace });
  return object !== undefined && !object.metadata.deletionTimestamp;
}
