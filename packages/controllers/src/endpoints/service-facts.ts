import type { Service } from '@berth/kinds';
import type { LabelRequirement } from '@berth/machinery';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { SelectorIndex } from '../selection/selector-index.ts';
import { requirementsOf } from '../selection/requirements-of.ts';
import { keyOf } from '../turn/base-view.ts';
import { changesEndpoints } from './pod-endpoints.ts';

export const servicesResource = 'services';
export const endpointsResource = 'endpoints';
export const slicesResource = 'endpointslices.discovery.k8s.io';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const headlessLabel = 'service.kubernetes.io/headless';
/** When what a write tells of happened, so that others can measure how long it took to tell. */
export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The pods that a Service is for; undefined where others say what its endpoints are. */
export function podRequirements({ spec = {} }: Service): readonly LabelRequirement[] | undefined {
  const { selector, type } = spec;
  if (selector === undefined || type === 'ExternalName') return undefined;
  let known = selectors.get(selector);
  if (known === undefined) selectors.set(selector, (known = requirementsOf({ matchLabels: selector })));
  return known;
}

const selectors = new WeakMap<object, readonly LabelRequirement[]>();

function indexServices(services: readonly Service[]): SelectorIndex<Service> {
  return new SelectorIndex(services, podRequirements);
}

/** Keys of the Services that changed, and of those for which a pod that changed is or was an endpoint. */
export function serviceKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const { resource, before, after } = change;
  const object = after ?? before;
  if (object === undefined) return [];
  if (resource === servicesResource) return [keyOf(servicesResource, object)];
  if (resource !== 'pods') return [];
  const index = view.derived(indexServices, servicesResource, object.metadata.namespace ?? '');
  const services = new Set<Service>();
  for (const pod of [before, after]) {
    if (pod) for (const service of index.selecting(pod.metadata.labels)) services.add(service);
  }
  // Most changes are of pods that no Service is for.
  if (services.size === 0 || !changesEndpoints(before, after)) return [];
  return [...services].map((service) => keyOf(servicesResource, service));
}
