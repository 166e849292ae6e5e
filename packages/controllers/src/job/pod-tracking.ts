import type { Pod } from '@berth/kinds';
import { hasFinalizer, withoutFinalizer } from '../ownership.ts';
import type { Action } from '../reconciler.ts';
import { trackingFinalizer } from './job-facts.ts';

/** The pod held until its Job has counted it. */
export function withTracking(pod: Pod): Pod {
  if (hasFinalizer(pod, trackingFinalizer)) return pod;
  const finalizers = [...(pod.metadata.finalizers ?? []), trackingFinalizer];
  return { ...pod, metadata: { ...pod.metadata, finalizers } };
}

export function withoutTracking(pod: Pod): Pod {
  return withoutFinalizer(pod, trackingFinalizer);
}

/** Lets go of a pod that is counted, or that nobody counts. */
export function stopTracking(pod: Pod): readonly Action[] {
  return hasFinalizer(pod, trackingFinalizer) ? [{ type: 'update', object: withoutTracking(pod) }] : [];
}
