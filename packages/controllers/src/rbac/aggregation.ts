import {
  aggregatedRules,
  aggregates,
  type ClusterRole,
  type KindRegistry,
  policyResources,
} from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { Action, ClusterView, Reconciler } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { keptObject, keptObjects } from './kept-objects.ts';

const resource = policyResources.clusterRoles;

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles */
export const clusterRoleAggregation: Reconciler = {
  name: 'clusterrole-aggregation-controller',
  keysOf: (change, view) => {
    if (change.resource !== resource) return [];
    const states = [change.before, change.after].filter((state) => state !== undefined);
    const isConcerned = (role: ClusterRole): boolean =>
      role.aggregationRule !== undefined &&
      states.some((state) => role.metadata.name === state.metadata.name || aggregates(role, state));
    return allRoles(view)
      .filter(isConcerned)
      .map((role) => keyOf(resource, role));
  },
  reconcile: (key, view): readonly Action[] => {
    const stored = view.get<ClusterRole>(key);
    const kept = keptObject(key, view.registry);
    const role: ClusterRole | undefined = stored ?? kept;
    if (role?.aggregationRule === undefined || role.metadata.deletionTimestamp) return [];
    const rules = aggregatedRules(role, allRoles(view));
    if (semanticEqual(rules, role.rules ?? [])) return [];
    const object: ClusterRole = { ...role, rules };
    return [{ type: stored ? 'update' : 'create', object }];
  },
};

/** Those that are stored, and those that every cluster has although nobody has looked at them yet. */
function allRoles(view: Pick<ClusterView, 'list' | 'registry'>): readonly ClusterRole[] {
  const stored = view.list<ClusterRole>(resource);
  const names = new Set(stored.map(({ metadata }) => metadata.name));
  return [...stored, ...keptRoles(view.registry).filter(({ metadata }) => !names.has(metadata.name))];
}

function keptRoles(registry: KindRegistry): readonly ClusterRole[] {
  return [...keptObjects(registry)].flatMap(([key, object]) =>
    key.startsWith(`${resource}/`) ? [object] : [],
  );
}
