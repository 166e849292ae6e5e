import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '@berth/kinds';
import { forbiddenError, matchesLabels, StatusError, toTime } from '@berth/machinery';
import { isPodReady } from '../pods/pod-state.ts';
import { budgetSelector, disruptionCondition, withDisruptionCondition } from './budget.ts';

/** Whether a pod may be evicted, as far as budgets go. */
export type EvictionVerdict =
  /** `budget` is the one that it takes from, with its next status: it is to be written together with the deletion. */
  | { readonly outcome: 'allowed'; readonly budget: PodDisruptionBudget | undefined }
  /** Several budgets select the pod, of which an eviction could not take at once. */
  | { readonly outcome: 'ambiguous' };

/** A budget with more evictions under way than that takes no more. */
const mostDisruptedPods = 2000;

/**
 * Judges an eviction by the budgets of the pod's namespace. What has ended, what has not begun and what is going already is no
 * disruption. https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 *
 * @throws StatusError `TooManyRequests` if the budget has no room, `Forbidden` if it is in a state that cannot be
 */
export function judgeEviction(pod: Pod, budgets: readonly PodDisruptionBudget[], now: Date): EvictionVerdict {
  if (isNoDisruption(pod)) return { outcome: 'allowed', budget: undefined };
  const [budget, ...others] = budgets.filter((candidate) => selects(candidate, pod));
  if (others.length > 0) return { outcome: 'ambiguous' };
  if (!budget || mayGoUnready(pod, budget)) return { outcome: 'allowed', budget: undefined };
  return { outcome: 'allowed', budget: { ...budget, status: takeOne(pod, budget, now) } };
}

/** The budget's state says nothing about pods that come and go just now: who asks may ask again. */
export function tooManyEvictions(budgetName: string): StatusError {
  const message = `The disruption budget ${budgetName} is still being processed by the server.`;
  return refusal(message, 10);
}

function isNoDisruption({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp) return true;
  const { phase } = status ?? {};
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending';
}

function selects(budget: PodDisruptionBudget, { metadata }: Pod): boolean {
  const requirements = budgetSelector(budget);
  return requirements !== undefined && matchesLabels(metadata.labels, requirements);
}

/** A pod that is not ready does not count as healthy: nothing is lost with it. */
function mayGoUnready(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isPodReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

/** The status of the budget after one more eviction. */
function takeOne(pod: Pod, budget: PodDisruptionBudget, now: Date): PodDisruptionBudgetStatus {
  const { name, generation = 0 } = budget.metadata;
  const { status = {} } = budget;
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {} } = status;
  if (observedGeneration < generation) throw tooManyEvictions(name);
  if (disruptionsAllowed < 0) throw impossible(name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > mostDisruptedPods) {
    const explanation = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw impossible(name, explanation);
  }
  if (disruptionsAllowed === 0) throw refusal(whyNone(budget));
  const taken = {
    ...status,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...disruptedPods, [pod.metadata.name]: toTime(now) },
  };
  return taken.disruptionsAllowed === 0 ? withDisruptionCondition(taken, now) : taken;
}

function whyNone({ metadata: { name }, status = {} }: PodDisruptionBudget): string {
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  const condition = disruptionCondition(status);
  const told = condition?.status === 'False' && condition.message ? condition : undefined;
  const refused = `The disruption budget ${name} does not allow evicting pods currently`;
  if (told?.reason === 'SyncFailed') return `${refused} because it failed sync: ${told.message}`;
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return told ? `${refused} (${told.reason}): ${told.message}` : refused;
}

function refusal(cause: string, retryAfterSeconds?: number): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const causes = [{ reason: 'DisruptionBudget', message: cause }];
  return new StatusError('TooManyRequests', message, {
    details: { causes, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
  });
}

function impossible(name: string, explanation: string): StatusError {
  return forbiddenError({ group: 'policy', resource: 'poddisruptionbudget' }, name, explanation);
}
