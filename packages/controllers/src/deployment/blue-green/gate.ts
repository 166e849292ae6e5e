import { liveGate, type Pod, type PodCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { isPodActive, podCondition } from '../../pods/pod-state.ts';

/** Whether the pod is told that it is live; undefined if it was told nothing. */
export function isLive(pod: Pod): boolean | undefined {
  const condition = podCondition(pod, liveGate);
  return condition && condition.status === 'True';
}

/**
 * The pod with its gate set, and with the readiness that follows from it: so both change in one write, and nobody sees
 * the one without the other. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate
 */
export function withGate(pod: Pod, live: boolean, now: Date): Pod {
  const at = toTime(now);
  const gate = { type: liveGate, status: live ? 'True' : 'False', lastTransitionTime: at };
  const conditions = replaced(pod.status?.conditions ?? [], gate);
  const told: Pod = { ...pod, status: { ...pod.status, conditions } };
  const ready = podCondition(pod, 'Ready');
  const isReady = podCondition(pod, 'ContainersReady')?.status === 'True' && areOtherGatesOpen(pod) && live;
  // Whoever runs the pod tells of it first.
  if (!ready || (ready.status === 'True') === isReady) return told;
  const { reason: _reason, message: _message, ...rest } = ready;
  const next: PodCondition = isReady
    ? { ...rest, status: 'True', lastTransitionTime: at }
    : { ...rest, status: 'False', lastTransitionTime: at, ...notReady(pod) };
  return { ...told, status: { ...told.status, conditions: replaced(conditions, next) } };
}

/** In the words of the kubelet. */
function notReady(pod: Pod): { reason: string; message: string } {
  if (podCondition(pod, 'ContainersReady')?.status !== 'True') {
    return { reason: 'ContainersNotReady', message: 'containers are not ready' };
  }
  const message = `the status of pod readiness gate "${liveGate}" is not "True", but False`;
  return { reason: 'ReadinessGatesNotReady', message };
}

function replaced(conditions: readonly PodCondition[], next: PodCondition): PodCondition[] {
  const index = conditions.findIndex(({ type }) => type === next.type);
  return index < 0 ? [...conditions, next] : conditions.with(index, next);
}

function areOtherGatesOpen(pod: Pod): boolean {
  return (pod.spec?.readinessGates ?? []).every(
    ({ conditionType }) => conditionType === liveGate || podCondition(pod, conditionType)?.status === 'True',
  );
}

/**
 * Since when the pod could serve if it were told that it is live, in milliseconds, `minReadySeconds` included: it may lie
 * in the future. Undefined if it could not.
 */
export function couldServeSince(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = podCondition(pod, 'ContainersReady');
  if (!isPodActive(pod) || ready?.status !== 'True' || !areOtherGatesOpen(pod)) return undefined;
  const gates = (pod.spec?.readinessGates ?? []).filter(({ conditionType }) => conditionType !== liveGate);
  const times = [ready, ...gates.map(({ conditionType }) => podCondition(pod, conditionType))].map(
    (condition) => Date.parse(condition?.lastTransitionTime ?? '') || 0,
  );
  return Math.max(...times) + minReadySeconds * 1000;
}
