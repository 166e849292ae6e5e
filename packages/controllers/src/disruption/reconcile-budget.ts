import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { News } from '../news.ts';
import { isPodReady } from '../pods/pod-state.ts';
import { selectedPods } from '../pods/selected-pods.ts';
import { present } from '../present.ts';
import type { Action, ClusterView, ReconcileKey } from '../reconciler.ts';
import { budgetSelector, emptyBudgetStatus, evictionTimeoutMs, withDisruptionCondition } from './budget.ts';
import { type ExpectedPods, expectedPods } from './expected-pods.ts';

/** Counts what a budget is about, and so how many evictions it allows. */
export function reconcileBudget(key: ReconcileKey, view: ClusterView, now: Date): readonly Action[] {
  const budget = view.get<PodDisruptionBudget>(key);
  if (!budget) return [];
  const requirements = budgetSelector(budget);
  const pods = requirements ? selectedPods(view, key.namespace, requirements) : [];
  const pending = pendingEvictions(budget, pods, now);
  const { status, news } = nextStatus(budget, { pods, pending, view, now });
  if (semanticEqual(status, budget.status)) return wake(pending);
  return [
    { type: 'updateStatus', object: { ...budget, status } },
    // Told with the change that they explain, and not each time that somebody looks.
    ...news.map((event): Action => ({ type: 'event', regarding: budget, ...event })),
    ...pending.late.map((pod): Action => notDeleted(budget, pod)),
    ...wake(pending),
  ];
}

interface Situation {
  readonly pods: readonly Pod[];
  readonly pending: PendingEvictions;
  readonly view: ClusterView;
  readonly now: Date;
}

function nextStatus(
  budget: PodDisruptionBudget,
  { pods, pending, view, now }: Situation,
): { status: PodDisruptionBudgetStatus; news: readonly News[] } {
  let counted: ExpectedPods;
  try {
    counted = expectedPods(budget, pods, view);
  } catch (error) {
    return failSafe(budget, error instanceof Error ? error.message : String(error), now);
  }
  const { expected, desiredHealthy, hasUnmanaged } = counted;
  const currentHealthy = pods.filter((pod) => isHealthy(pod, pending)).length;
  const { conditions } = budget.status ?? {};
  const status = present<PodDisruptionBudgetStatus>({
    observedGeneration: budget.metadata.generation,
    disruptedPods: Object.keys(pending.times).length > 0 ? pending.times : undefined,
    // Without any pod that is expected, those that appear first are safe until they are counted.
    disruptionsAllowed: expected > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0,
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    conditions,
  });
  const news: News[] = [];
  if (pods.length === 0) {
    news.push({ eventType: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  }
  if (hasUnmanaged) news.push(unmanaged(budget));
  return { status: withDisruptionCondition(status, now), news };
}

/** What cannot be counted allows nothing. */
function failSafe(
  budget: PodDisruptionBudget,
  failure: string,
  now: Date,
): { status: PodDisruptionBudgetStatus; news: readonly News[] } {
  const status = { ...emptyBudgetStatus, ...budget.status, disruptionsAllowed: 0 };
  const message = `Failed to calculate the number of expected pods: ${failure}`;
  return {
    status: withDisruptionCondition(status, now, failure),
    news: [{ eventType: 'Warning', reason: 'CalculateExpectedPodCountFailed', message }],
  };
}

interface PendingEvictions {
  /** When pods that are still there were given up, by their names. */
  readonly times: Record<string, string>;
  /** Pods that should long be gone. */
  readonly late: readonly Pod[];
  readonly nextLateAt: number | undefined;
}

function pendingEvictions(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: Date,
): PendingEvictions {
  const times: Record<string, string> = {};
  const late: Pod[] = [];
  let nextLateAt: number | undefined;
  const { disruptedPods = {} } = status ?? {};
  for (const pod of Object.keys(disruptedPods).length > 0 ? pods : []) {
    const time = disruptedPods[pod.metadata.name];
    if (time === undefined || pod.metadata.deletionTimestamp) continue;
    const lateAt = Date.parse(time) + evictionTimeoutMs;
    if (lateAt <= now.getTime()) late.push(pod);
    else {
      times[pod.metadata.name] = time;
      nextLateAt = Math.min(nextLateAt ?? lateAt, lateAt);
    }
  }
  return { times, late, nextLateAt };
}

function isHealthy(pod: Pod, { times }: PendingEvictions): boolean {
  return isPodReady(pod) && !pod.metadata.deletionTimestamp && times[pod.metadata.name] === undefined;
}

function wake({ nextLateAt }: PendingEvictions): readonly Action[] {
  return nextLateAt === undefined ? [] : [{ type: 'wakeAt', at: new Date(nextLateAt) }];
}

function unmanaged({ spec }: PodDisruptionBudget): News {
  const message = `Pods selected by this PodDisruptionBudget (selector: ${JSON.stringify(spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
  return { eventType: 'Warning', reason: 'UnmanagedPods', message };
}

function notDeleted({ metadata }: PodDisruptionBudget, pod: Pod): Action {
  const message = `Pod was expected by PDB ${metadata.namespace}/${metadata.name} to be deleted but it wasn't`;
  return { type: 'event', regarding: pod, eventType: 'Warning', reason: 'NotDeleted', message };
}
