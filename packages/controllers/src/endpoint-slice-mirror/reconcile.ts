import type { Endpoints, EndpointSlice, Service } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { portsKey } from '../endpoint-slice/desired-endpoints.ts';
import { actionOf, recycled, type SliceWrite } from '../endpoint-slice/slice-write.ts';
import {
  endpointsResource,
  managedByLabel,
  serviceNameLabel,
  servicesResource,
  slicesResource,
} from '../endpoints/service-facts.ts';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { mirroredSlices } from './mirrored-slices.ts';
import { mirrorName } from './mirror-name.ts';

const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

/** Shows Endpoints that somebody keeps by hand, for a Service without a selector, as slices. */
export const endpointSliceMirroring: Reconciler = {
  name: mirrorName,
  keysOf: mirrorKeys,
  reconcile: (key, view): readonly Action[] => {
    const endpoints = view.get<Endpoints>(key);
    const mirrors = mirrorsOf(view, key);
    if (!endpoints || !isMirrored(endpoints, view.get<Service>({ ...key, resource: servicesResource }))) {
      return mirrors.map((before) => actionOf({ before, after: undefined }));
    }
    if (endpoints.metadata.deletionTimestamp) return [];
    return reconcileMirrors(endpoints, mirrors);
  },
};

function isMirrored({ metadata }: Endpoints, service: Service | undefined): boolean {
  return (
    service !== undefined &&
    service.spec?.selector === undefined &&
    metadata.labels?.[skipLabel] !== 'true' &&
    metadata.annotations?.[leaderAnnotation] === undefined
  );
}

function reconcileMirrors(endpoints: Endpoints, mirrors: readonly EndpointSlice[]): readonly Action[] {
  const { slices, skipped } = mirroredSlices(endpoints);
  const left = [...mirrors];
  const writes = slices.flatMap((wanted): SliceWrite[] => {
    const place = left.findIndex((mirror) => groupOf(mirror) === groupOf(wanted));
    const [before] = place < 0 ? [] : left.splice(place, 1);
    if (!before) return [{ before, after: wanted }];
    return isSame(before, wanted) ? [] : [{ before, after: inPlaceOf(before, wanted) }];
  });
  const gone = left.map((before): SliceWrite => ({ before, after: undefined }));
  const actions: Action[] = recycled([...writes, ...gone]).map(actionOf);
  if (skipped > 0 && actions.length > 0) {
    actions.push({
      type: 'event',
      regarding: endpoints,
      eventType: 'Warning',
      reason: 'TooManyAddressesToMirror',
      message: `A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`,
    });
  }
  return actions;
}

function groupOf({ addressType, ports }: EndpointSlice): string {
  return `${addressType} ${portsKey(ports ?? [])}`;
}

function isSame(before: EndpointSlice, wanted: EndpointSlice): boolean {
  return (
    semanticEqual(before.endpoints ?? [], wanted.endpoints) &&
    semanticEqual(before.metadata.labels, wanted.metadata.labels) &&
    semanticEqual(before.metadata.annotations ?? {}, wanted.metadata.annotations ?? {})
  );
}

function inPlaceOf(before: EndpointSlice, wanted: EndpointSlice): EndpointSlice {
  const { annotations: _former, ...metadata } = before.metadata;
  const { labels, annotations, ownerReferences } = wanted.metadata;
  return {
    ...wanted,
    metadata: {
      ...metadata,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(ownerReferences && { ownerReferences }),
    },
  };
}

function indexMirrors(slices: readonly EndpointSlice[]): ReadonlyMap<string, readonly EndpointSlice[]> {
  const mirrors = slices.filter(({ metadata }) => metadata.labels?.[managedByLabel] === mirrorName);
  return Map.groupBy(mirrors, ({ metadata }) => metadata.labels?.[serviceNameLabel] ?? '');
}

function mirrorsOf(view: ClusterView, { namespace, name }: ReconcileKey): readonly EndpointSlice[] {
  const index = view.derived(indexMirrors, slicesResource, namespace);
  return (index.get(name) ?? []).filter(({ metadata }) => !metadata.deletionTimestamp);
}

/** Endpoints, Services and mirrors that changed; what the controllers of selected pods write is none of it. */
function mirrorKeys({ resource, before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const object = after ?? before;
  if (!object) return [];
  const { namespace = '', name } = object.metadata;
  if (resource === slicesResource) {
    return [before, after].flatMap((slice) => {
      const labels = slice?.metadata.labels ?? {};
      const of = labels[serviceNameLabel];
      return of && labels[managedByLabel] === mirrorName
        ? [{ resource: endpointsResource, namespace, name: of }]
        : [];
    });
  }
  if (resource !== endpointsResource && resource !== servicesResource) return [];
  const service = view.get<Service>({ resource: servicesResource, namespace, name });
  if (resource === endpointsResource && service?.spec?.selector !== undefined) return [];
  if (resource === servicesResource && before && after && hadSelector(before) === hadSelector(after))
    return [];
  return [{ ...keyOf(endpointsResource, object), name }];
}

function hadSelector(service: Service): boolean {
  return service.spec?.selector !== undefined;
}
