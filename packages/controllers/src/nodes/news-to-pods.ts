import type { Node } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { ObservedChange, ReconcileKey } from '../reconciler.ts';
import { isNodeSilent, isOutOfService, noExecuteTaints } from './node-facts.ts';
import { nodeKey } from './nodes-of-pods.ts';

/**
 * Whether the pods of a node hear of its change: it came or went, drives other pods out than before, or fell silent or
 * spoke again. What agents report all the time is none of it.
 */
export function isNewsToPods(change: ObservedChange): boolean {
  if (change.resource !== 'nodes') return false;
  const [before, after]: [Node | undefined, Node | undefined] = [change.before, change.after];
  if (!before || !after) return true;
  return (
    isNodeSilent(before) !== isNodeSilent(after) ||
    isOutOfService(before) !== isOutOfService(after) ||
    !semanticEqual(noExecuteTaints(before), noExecuteTaints(after))
  );
}

/** The node's own key, where its pods hear of the change. */
export function keysOfPodNews(change: ObservedChange): readonly ReconcileKey[] {
  const name = (change.after ?? change.before)?.metadata.name;
  return name !== undefined && isNewsToPods(change) ? [nodeKey(name)] : [];
}
