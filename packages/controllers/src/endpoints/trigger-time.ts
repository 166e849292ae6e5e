import type { Pod, Service } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { readySince } from '../pods/pod-state.ts';
import { triggerTimeAnnotation } from './service-facts.ts';

/**
 * Since when what a write tells could have been told: since the first of these pods became ready or not; for the first
 * endpoints of a Service, since it exists. Undefined if no pod says.
 */
export function triggerTime(
  service: Service,
  options: { readonly isFirst: boolean; readonly changedPods: readonly Pod[] },
): string | undefined {
  if (options.isFirst) return service.metadata.creationTimestamp ?? undefined;
  const times = options.changedPods.flatMap((pod) => readyTurned(pod) ?? []);
  return times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString().replace('.000Z', 'Z');
}

function readyTurned(pod: Pod): number | undefined {
  const since = readySince(pod);
  if (since !== undefined) return since;
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : undefined;
}

/** Annotations with the time, or without any. */
export function withTriggerTime(
  annotations: KubeObject['metadata']['annotations'],
  time: string | undefined,
): Record<string, string> {
  const { [triggerTimeAnnotation]: _former, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [triggerTimeAnnotation]: time };
}
