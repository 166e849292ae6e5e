import type { Pod, PodDisruptionBudget } from '@berth/kinds';
import { controllerOf } from '../ownership.ts';
import { isPodReady } from '../pods/pod-state.ts';
import type { ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { SelectorIndex } from '../selection/selector-index.ts';
import { keyOf } from '../turn/base-view.ts';
import { budgetSelector, budgetsResource } from './budget.ts';
import { reconcileBudget } from './reconcile-budget.ts';
import { disruptionTarget, reconcileStaleTarget } from './reconcile-stale-target.ts';

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ */
export const disruptionController: Reconciler = {
  name: 'disruption-controller',
  keysOf(change, view) {
    if (change.resource === budgetsResource)
      return change.after ? [keyOf(budgetsResource, change.after)] : [];
    return change.resource === 'pods' ? keysOfPod(change, view) : [];
  },
  reconcile: (key, view, { now }) =>
    key.resource === 'pods' ? reconcileStaleTarget(key, view, now) : reconcileBudget(key, view, now),
};

function keysOfPod({ before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const keys = after && disruptionTarget(after) ? [keyOf('pods', after)] : [];
  if (before && after && isIrrelevant(before, after)) return keys;
  const budgets = new Set<PodDisruptionBudget>();
  for (const pod of [before, after]) {
    for (const budget of pod ? budgetsSelecting(pod, view) : []) budgets.add(budget);
  }
  return [...keys, ...[...budgets].map((budget) => keyOf(budgetsResource, budget))];
}

/** Whether the pod counts for its budgets as it did. */
function isIrrelevant(before: Pod, after: Pod): boolean {
  return (
    isPodReady(before) === isPodReady(after) &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    before.metadata.labels === after.metadata.labels &&
    controllerOf(before)?.uid === controllerOf(after)?.uid
  );
}

function budgetsSelecting({ metadata }: Pod, view: ClusterView): readonly PodDisruptionBudget[] {
  return view.derived(indexBudgets, budgetsResource, metadata.namespace ?? '').selecting(metadata.labels);
}

function indexBudgets(budgets: readonly PodDisruptionBudget[]): SelectorIndex<PodDisruptionBudget> {
  return new SelectorIndex(budgets, budgetSelector);
}
