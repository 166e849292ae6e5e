import { resourceName } from '@berth/kinds';
import type { ClusterView, ObservedChange, Reconciler } from '../reconciler.ts';

/** Timer keys name the retry of a reconciler's `keysOf` by the reconciler and this. */
const suffix = '/keys';

/**
 * Asks a reconciler again for the keys of an object over which its `keysOf` threw. A reconciler itself, so that it is
 * woken and backs off like any other. What the object was before is forgotten by then: it counts as created, and if it
 * is gone, everything that it may have left behind counts as changed.
 *
 * @param wake wakes the keys of a change, and keeps a throw to that change.
 */
export function mapAgain(reconciler: Reconciler, wake: Wakes): Reconciler {
  return {
    name: reconciler.name + suffix,
    keysOf: () => [],
    reconcile: (key, view) => {
      const after = view.get(key);
      if (after) wake.keys(reconciler.keysOf({ resource: key.resource, before: undefined, after }, view));
      else for (const change of everything(view)) wake.change(change);
      return [];
    },
  };
}

interface Wakes {
  readonly keys: (keys: ReturnType<Reconciler['keysOf']>) => void;
  readonly change: (change: ObservedChange) => void;
}

function* everything(view: ClusterView): Iterable<ObservedChange> {
  for (const definition of view.registry.definitions) {
    const resource = resourceName(definition);
    for (const after of view.list(resource)) yield { resource, before: undefined, after };
  }
}
