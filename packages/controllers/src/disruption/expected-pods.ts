import type { Pod, PodDisruptionBudget } from '@berth/kinds';
import { type KubeObject, type OwnerReference, scaledIntOrPercent } from '@berth/machinery';
import { ownerKey } from '../garbage/owners.ts';
import { controllerOf } from '../ownership.ts';
import type { ClusterView } from '../reconciler.ts';

/** How many pods a budget is about, and how many of them have to be healthy. */
export interface ExpectedPods {
  readonly expected: number;
  readonly desiredHealthy: number;
  /** Whether some of the pods have no controller whose scale could be counted. */
  readonly hasUnmanaged: boolean;
}

/** @throws Error that says why the number of pods cannot be known */
export function expectedPods(
  { spec = {} }: PodDisruptionBudget,
  pods: readonly Pod[],
  view: ClusterView,
): ExpectedPods {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable !== undefined) {
    const { expected, hasUnmanaged } = wantedByControllers(pods, view);
    const unavailable = scaledIntOrPercent(maxUnavailable, expected, 'up');
    return { expected, hasUnmanaged, desiredHealthy: Math.max(0, expected - unavailable) };
  }
  if (typeof minAvailable === 'number') {
    return { expected: pods.length, desiredHealthy: minAvailable, hasUnmanaged: false };
  }
  if (minAvailable === undefined) return { expected: 0, desiredHealthy: 0, hasUnmanaged: false };
  const { expected, hasUnmanaged } = wantedByControllers(pods, view);
  return { expected, hasUnmanaged, desiredHealthy: scaledIntOrPercent(minAvailable, expected, 'up') };
}

/** The scales of all controllers of these pods together. */
function wantedByControllers(
  pods: readonly Pod[],
  view: ClusterView,
): { expected: number; hasUnmanaged: boolean } {
  const known = new Set<string>();
  const scales = new Map<string, number>();
  let hasUnmanaged = false;
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (!reference) hasUnmanaged = true;
    else if (!known.has(reference.uid)) {
      known.add(reference.uid);
      const { uid, replicas } = scaleFor(pod, reference, view);
      scales.set(uid, replicas);
    }
  }
  let expected = 0;
  for (const replicas of scales.values()) expected += replicas;
  return { expected, hasUnmanaged };
}

/** The scale of a pod's controller, or of the one above that, which replaces it by others. */
function scaleFor(pod: Pod, reference: OwnerReference, view: ClusterView): { uid: string; replicas: number } {
  const owner = referred(reference, pod, view);
  if (!owner) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
  const above = controllerOf(owner);
  const upper = above && referred(above, pod, view);
  const scale = upper && scaleOf(upper, view);
  if (upper && scale !== undefined) return { uid: upper.metadata.uid ?? '', replicas: scale };
  const replicas = scaleOf(owner, view);
  if (replicas === undefined)
    throw new Error(`${resourceOf(owner, view)} does not implement the scale subresource`);
  return { uid: owner.metadata.uid ?? '', replicas };
}

function referred(reference: OwnerReference, pod: Pod, view: ClusterView): KubeObject | undefined {
  const key = ownerKey(reference, pod.metadata.namespace ?? '', view);
  const object = key && view.get(key);
  return object?.metadata.uid === reference.uid ? object : undefined;
}

function scaleOf(object: KubeObject, view: ClusterView): number | undefined {
  return view.registry.byGroupVersionKind(object.apiVersion, object.kind)?.definition.scale?.replicas(object);
}

function resourceOf(object: KubeObject, view: ClusterView): string {
  const served = view.registry.byGroupVersionKind(object.apiVersion, object.kind);
  const { group = '' } = served?.version ?? {};
  const { plural = object.kind } = served?.definition ?? {};
  return group === '' ? plural : `${plural}.${group}`;
}
