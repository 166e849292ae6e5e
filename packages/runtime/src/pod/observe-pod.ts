import type { ContainerStatus, Pod } from '@berth/kinds';
import type { ContainerObservation, PodObservation } from '../pod-runtime.ts';
import { type ContainerRecord, type PodContainer, podContainers } from './container-record.ts';
import { containerStatus } from './container-status.ts';
import type { PodPlan } from './plan-pod.ts';

export interface PodState {
  readonly pod: Pod;
  readonly records: ReadonlyMap<string, ContainerRecord>;
  readonly plan: PodPlan;
  readonly podIp: string | undefined;
  readonly user: ContainerStatus['user'];
  readonly ready: boolean;
  readonly stopped: boolean;
  /** Nothing restarts any more, so nothing shows as backing off. */
  readonly stopping: boolean;
}

/** What the agent sees of a pod. */
export function observePod(state: PodState): PodObservation {
  const { pod, records, plan } = state;
  const containers = podContainers(pod.spec ?? {}).map((podContainer) =>
    observeContainer(podContainer, state),
  );
  return {
    podUid: pod.metadata.uid ?? '',
    containers,
    podIp: state.podIp,
    ready: state.ready,
    finished: plan.finished,
    stopped: state.stopped,
    awaitsInputs: [...records.values()].some(({ phase }) => phase.type === 'blocked' && phase.retry),
  };
}

function observeContainer(podContainer: PodContainer, state: PodState): ContainerObservation {
  const { name } = podContainer.container;
  const { metadata, spec } = state.pod;
  const backoffMs = state.stopping ? undefined : state.plan.backingOff.get(name);
  const status = containerStatus(podContainer, state.records.get(name), {
    podName: metadata.name,
    namespace: metadata.namespace ?? '',
    podUid: metadata.uid ?? '',
    initialized: state.plan.initialized,
    hasInitContainers: (spec?.initContainers ?? []).length > 0,
    ...(backoffMs === undefined ? {} : { backoffMs }),
    ...(state.user === undefined ? {} : { user: state.user }),
  });
  return { name, kind: podContainer.role === 'main' ? 'container' : 'init', status };
}
