import { goQuote } from '@berth/machinery';
import type { PodObservation } from '@berth/runtime';

/** Why a container has no log to give, in the kubelet's words; undefined if it has one. */
export function logUnavailable(
  observation: PodObservation | undefined,
  podName: string,
  { container, previous }: { readonly container: string; readonly previous: boolean },
): string | undefined {
  const where = `container ${goQuote(container)} in pod ${goQuote(podName)}`;
  const status = observation?.containers.find(({ name }) => name === container)?.status;
  if (status === undefined) return `${where} is not available`;
  const { state, lastState } = status;
  if (previous) {
    return lastState?.terminated?.containerID ? undefined : `previous terminated ${where} not found`;
  }
  if (
    state?.running !== undefined ||
    state?.terminated !== undefined ||
    lastState?.terminated !== undefined
  ) {
    return undefined;
  }
  return state?.waiting?.reason === undefined
    ? `${where} is waiting to start - no logs yet`
    : `${where} is waiting to start: ${state.waiting.reason}`;
}
