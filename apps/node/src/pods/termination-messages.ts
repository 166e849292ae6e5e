import type { ContainerState } from '@berth/kinds';
import type { ContainerObservation } from '@berth/runtime';

/** What the termination messages of a pod may take up together, in bytes. */
const maxPodBytes = 12 * 1024;

/**
 * Each container's share of the space for termination messages is the same.
 * https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function withinMessageLimit(containers: readonly ContainerObservation[]): ContainerObservation[] {
  const maxBytes = Math.floor(maxPodBytes / Math.max(containers.length, 1));
  return containers.map((container) => {
    const { state, lastState } = container.status;
    if (!isOver(state, maxBytes) && !isOver(lastState, maxBytes)) return container;
    const status = { ...container.status, ...cutBoth({ state, lastState }, maxBytes) };
    return { ...container, status };
  });
}

function isOver(state: ContainerState | undefined, maxBytes: number): boolean {
  return Buffer.byteLength(state?.terminated?.message ?? '') > maxBytes;
}

function cutBoth(
  {
    state,
    lastState,
  }: { readonly state: ContainerState | undefined; readonly lastState: ContainerState | undefined },
  maxBytes: number,
): { state?: ContainerState; lastState?: ContainerState } {
  return {
    ...(state === undefined ? {} : { state: cut(state, maxBytes) }),
    ...(lastState === undefined ? {} : { lastState: cut(lastState, maxBytes) }),
  };
}

function cut(state: ContainerState, maxBytes: number): ContainerState {
  const { terminated } = state;
  if (terminated?.message === undefined) return state;
  const message = Buffer.from(terminated.message).subarray(0, maxBytes).toString();
  return { ...state, terminated: { ...terminated, message } };
}
