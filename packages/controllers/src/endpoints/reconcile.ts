import type { Endpoints, EndpointSubset, Pod, Service } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { selectedPods } from '../pods/selected-pods.ts';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import {
  endpointsResource,
  headlessLabel,
  podRequirements,
  serviceKeys,
  servicesResource,
} from './service-facts.ts';
import { subsetsOf, truncated } from './subsets.ts';
import { triggerTime, withTriggerTime } from './trigger-time.ts';

const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';

/** Keeps the Endpoints of each Service that selects pods, for clients that do not know slices. */
export const endpointsController: Reconciler = {
  name: 'endpoint-controller',
  keysOf: (change, view) => [...serviceKeys(change, view), ...serviceOfEndpoints(change, view)],
  reconcile: (key, view): readonly Action[] => {
    const service = view.get<Service>(key);
    const current = view.get<Endpoints>({ ...key, resource: endpointsResource });
    if (service === undefined) return current === undefined ? [] : [deletion(current)];
    const requirements = podRequirements(service);
    if (requirements === undefined || service.metadata.deletionTimestamp) return [];
    return reconcileEndpoints(service, current, selectedPods(view, key.namespace, requirements));
  },
};

/** Endpoints that somebody changed or took away; new ones may well be there before their Service. */
function serviceOfEndpoints(
  { resource, before }: ObservedChange,
  view: ClusterView,
): readonly ReconcileKey[] {
  if (resource !== endpointsResource || before === undefined) return [];
  const key = keyOf(servicesResource, before);
  return view.get(key) === undefined ? [] : [key];
}

function deletion(endpoints: Endpoints): Action {
  return { type: 'delete', key: keyOf(endpointsResource, endpoints), uid: endpoints.metadata.uid ?? '' };
}

function reconcileEndpoints(
  service: Service,
  current: Endpoints | undefined,
  pods: readonly Pod[],
): readonly Action[] {
  const { subsets, isOverCapacity } = truncated(subsetsOf(service, pods));
  const labels = labelsOf(service);
  const isMarked = current?.metadata.annotations?.[overCapacityAnnotation] !== undefined;
  if (
    current &&
    isMarked === isOverCapacity &&
    semanticEqual(current.metadata.labels ?? {}, labels) &&
    semanticEqual(current.subsets ?? [], subsets)
  ) {
    return [];
  }
  const changedPods = podsThatChanged(current?.subsets ?? [], subsets, pods);
  const time = triggerTime(service, { isFirst: current === undefined, changedPods });
  const { [overCapacityAnnotation]: _mark, ...others } = current?.metadata.annotations ?? {};
  const annotations = withTriggerTime(
    isOverCapacity ? { ...others, [overCapacityAnnotation]: 'truncated' } : others,
    time,
  );
  const { namespace = '', name } = service.metadata;
  const metadata = { ...(current?.metadata ?? { name, namespace }), labels, annotations };
  const { subsets: _former, ...rest } = current ?? { apiVersion: 'v1', kind: 'Endpoints' };
  const object: Endpoints = { ...rest, metadata, ...(subsets.length > 0 && { subsets }) };
  return [{ type: current ? 'update' : 'create', object }];
}

function labelsOf({ metadata, spec }: Service): Record<string, string> {
  const { [headlessLabel]: _headless, ...labels } = metadata.labels ?? {};
  const hasAddress = spec?.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';
  return {
    ...labels,
    ...(!hasAddress && { [headlessLabel]: '' }),
    [managedByLabel]: 'endpoint-controller',
  };
}

/** Pods whose address came, went or became ready or not. */
function podsThatChanged(
  before: readonly EndpointSubset[],
  after: readonly EndpointSubset[],
  pods: readonly Pod[],
): readonly Pod[] {
  const [was, is] = [readinessByUid(before), readinessByUid(after)];
  return pods.filter(({ metadata: { uid = '' } }) => was.get(uid) !== is.get(uid));
}

function readinessByUid(subsets: readonly EndpointSubset[]): ReadonlyMap<string, boolean> {
  const readiness = new Map<string, boolean>();
  for (const { addresses = [], notReadyAddresses = [] } of subsets) {
    for (const { targetRef } of addresses) readiness.set(targetRef?.uid ?? '', true);
    for (const { targetRef } of notReadyAddresses) readiness.set(targetRef?.uid ?? '', false);
  }
  return readiness;
}
