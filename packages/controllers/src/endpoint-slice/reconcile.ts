import type { EndpointSlice, Pod, Service } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import {
  managedByLabel,
  podRequirements,
  serviceKeys,
  serviceNameLabel,
  servicesResource,
  slicesResource,
} from '../endpoints/service-facts.ts';
import { triggerTime, withTriggerTime } from '../endpoints/trigger-time.ts';
import { selectedPods } from '../pods/selected-pods.ts';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import {
  desiredEndpoints,
  type EndpointGroup,
  endpointId,
  familiesOf,
  portsKey,
} from './desired-endpoints.ts';
import { controllerName, isOwnedBy, newSlice, sliceLabels } from './new-slice.ts';
import { placeEndpoints, type Placement } from './place-endpoints.ts';
import { actionOf, recycled, type SliceWrite } from './slice-write.ts';
import { inOrder } from './write-order.ts';

const zoneLabel = 'topology.kubernetes.io/zone';

/** https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
export const endpointSliceController: Reconciler = {
  name: controllerName,
  keysOf: (change, view) => [...serviceKeys(change, view), ...serviceOfSlice(change, view)],
  reconcile: (key, view) => {
    if (key.resource === slicesResource) return deleteStray(key, view);
    const service = view.get<Service>(key);
    const requirements = service && podRequirements(service);
    if (!service || !requirements || service.metadata.deletionTimestamp) return [];
    return reconcileSlices(service, view, selectedPods(view, key.namespace, requirements));
  },
};

/** Slices of the controller that somebody changed or took away; and those that belong to no Service any more. */
function serviceOfSlice(
  { resource, before, after }: ObservedChange,
  view: ClusterView,
): readonly ReconcileKey[] {
  if (resource !== slicesResource) return [];
  const keys: ReconcileKey[] = [];
  for (const slice of [before, after]) {
    const name = slice?.metadata.labels?.[serviceNameLabel];
    if (!slice || !name || slice.metadata.labels?.[managedByLabel] !== controllerName) continue;
    const key = { resource: servicesResource, namespace: slice.metadata.namespace ?? '', name };
    const service = view.get<Service>(key);
    if (service) keys.push(key);
    if (slice === after && !(service && isOwnedBy(slice, service))) keys.push(keyOf(slicesResource, slice));
  }
  return keys;
}

/** A slice that says it is the controller's, and is not that of its Service. */
function deleteStray(key: ReconcileKey, view: ClusterView): readonly Action[] {
  const slice = view.get<EndpointSlice>(key);
  if (slice?.metadata.labels?.[managedByLabel] !== controllerName || slice.metadata.deletionTimestamp)
    return [];
  const name = slice.metadata.labels[serviceNameLabel] ?? '';
  const service = view.get<Service>({ resource: servicesResource, namespace: key.namespace, name });
  if (service && isOwnedBy(slice, service)) return [];
  return [{ type: 'delete', key, uid: slice.metadata.uid ?? '' }];
}

function reconcileSlices(service: Service, view: ClusterView, pods: readonly Pod[]): readonly Action[] {
  const existing = view
    .ownedBy<EndpointSlice>(service.metadata.uid ?? '', slicesResource)
    .filter(({ metadata }) => metadata.labels?.[managedByLabel] === controllerName);
  const zones = zonesOf(view, pods);
  const families = familiesOf(service);
  const writes: SliceWrite[] = existing
    .filter(({ addressType }) => !families.includes(addressType))
    .map((before) => ({ before, after: undefined }));
  for (const family of families) {
    const slices = existing.filter(({ addressType }) => addressType === family);
    const groups = desiredEndpoints(service, { family, pods, zoneOf: (name) => zones.get(name) });
    writes.push(...writesOfFamily(service, { family, slices, groups }));
  }
  if (writes.length === 0) return [];
  const isFirst = existing.length === 0;
  const changedPods = podsThatChanged(writes, pods);
  const time = triggerTime(service, { isFirst, changedPods });
  return inOrder(recycled(writes).map((write) => stamped(write, time))).map(actionOf);
}

interface Family {
  readonly family: string;
  readonly slices: readonly EndpointSlice[];
  readonly groups: ReadonlyMap<string, EndpointGroup>;
}

function writesOfFamily(service: Service, { family, slices, groups }: Family): readonly SliceWrite[] {
  const byPorts = Map.groupBy(slices, ({ ports }) => portsKey(ports ?? []));
  const writes: SliceWrite[] = [];
  let remaining = 0;
  for (const key of new Set([...groups.keys(), ...byPorts.keys()])) {
    const group = groups.get(key);
    const placements = placeEndpoints(byPorts.get(key) ?? [], group?.endpoints ?? new Map());
    for (const placement of placements) {
      const write = writeOf(service, { family, placement, group });
      if (write) writes.push(write);
      if (placement.endpoints.length > 0) remaining += 1;
    }
  }
  if (remaining > 0) return writes;
  return withPlaceholder(service, { family, slices }, writes);
}

function writeOf(
  service: Service,
  of: { readonly family: string; readonly placement: Placement; readonly group: EndpointGroup | undefined },
): SliceWrite | undefined {
  const { slice: before, endpoints, isChanged } = of.placement;
  if (endpoints.length === 0) return before && { before, after: undefined };
  if (!before)
    return { before, after: newSlice(service, { ...of, ports: of.group?.ports ?? [], endpoints }) };
  const labels = sliceLabels(service);
  if (!isChanged && semanticEqual(before.metadata.labels, labels)) return undefined;
  return {
    before,
    after: { ...before, metadata: { ...before.metadata, labels }, endpoints: [...endpoints] },
  };
}

/** A Service without endpoints has one slice that says so. */
function withPlaceholder(
  service: Service,
  { family, slices }: Pick<Family, 'family' | 'slices'>,
  deletions: readonly SliceWrite[],
): readonly SliceWrite[] {
  const placeholder = newSlice(service, { family, ports: [], endpoints: [] });
  const [only] = slices;
  if (only && slices.length === 1 && isPlaceholder(only, placeholder)) return [];
  return [...deletions, { before: undefined, after: placeholder }];
}

function isPlaceholder(slice: EndpointSlice, placeholder: EndpointSlice): boolean {
  return (
    (slice.endpoints ?? []).length === 0 &&
    (slice.ports ?? []).length === 0 &&
    semanticEqual(slice.metadata.labels, placeholder.metadata.labels)
  );
}

function stamped({ before, after }: SliceWrite, time: string | undefined): SliceWrite {
  if (!after) return { before, after };
  const { annotations: _former, ...metadata } = after.metadata;
  const annotations = withTriggerTime((before ?? after).metadata.annotations, time);
  const isBare = Object.keys(annotations).length === 0;
  return { before, after: { ...after, metadata: isBare ? metadata : { ...metadata, annotations } } };
}

/** The pods whose endpoints these writes change. */
function podsThatChanged(writes: readonly SliceWrite[], pods: readonly Pod[]): readonly Pod[] {
  const [was, is] = (['before', 'after'] as const).map(
    (side) =>
      new Map(
        writes.flatMap((write) =>
          (write[side]?.endpoints ?? []).map((endpoint) => [endpointId(endpoint), endpoint] as const),
        ),
      ),
  );
  const changed = new Set<string>();
  for (const [id, endpoint] of [...(was ?? []), ...(is ?? [])]) {
    if (!semanticEqual(was?.get(id)?.conditions, is?.get(id)?.conditions)) {
      changed.add(endpoint.targetRef?.uid ?? '');
    }
  }
  return pods.filter(({ metadata }) => changed.has(metadata.uid ?? ''));
}

function zonesOf(view: ClusterView, pods: readonly Pod[]): ReadonlyMap<string, string> {
  const zones = new Map<string, string>();
  if (pods.length === 0) return zones;
  for (const { node } of view.nodes()) {
    const zone = node.metadata.labels?.[zoneLabel];
    if (zone) zones.set(node.metadata.name, zone);
  }
  return zones;
}
