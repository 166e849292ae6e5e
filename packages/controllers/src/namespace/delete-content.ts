import type { Namespace } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { Action, ClusterView } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { deletionConditions } from './deletion-conditions.ts';
import { contentToDelete, namespaceContent } from './namespace-content.ts';

const namespaceFinalizer = 'kubernetes';
/** One reconcile deletes no more objects than that; the next one, in the same turn, goes on. */
const mostDeletesAtOnce = 500;

/** Empties a namespace that is being deleted, says what remains, and lets it go when nothing does. */
export function deleteContent(namespace: Namespace, view: ClusterView, now: Date): readonly Action[] {
  const { name, uid = '' } = namespace.metadata;
  if (!namespace.spec?.finalizers?.includes(namespaceFinalizer)) return [];
  const content = namespaceContent(view, name);
  const deletes = contentToDelete(content).flatMap(({ resource, objects }) =>
    objects
      .filter((object) => !object.metadata.deletionTimestamp)
      .map((object): Action => {
        const key = keyOf(resource, object);
        return { type: 'delete', key, uid: object.metadata.uid ?? '', propagationPolicy: 'Background' };
      }),
  );
  const key = { resource: 'namespaces', namespace: '', name };
  if (content.length === 0) return [{ type: 'finalize', key, uid, finalizer: namespaceFinalizer }];
  if (deletes.length > 0) return [...deletes.slice(0, mostDeletesAtOnce), { type: 'wakeAt', at: now }];
  return tellWhatRemains(namespace, deletionConditions(namespace.status?.conditions ?? [], content, now));
}

function tellWhatRemains(
  namespace: Namespace,
  conditions: ReturnType<typeof deletionConditions>,
): readonly Action[] {
  if (semanticEqual(conditions, namespace.status?.conditions)) return [];
  return [{ type: 'updateStatus', object: { ...namespace, status: { ...namespace.status, conditions } } }];
}
