import type { Pod } from '@berth/kinds';
import type { PodObservation } from '../pod-runtime.ts';
import { podContainers } from './container-record.ts';
import { containerStatus } from './container-status.ts';

/** What there is to see of a pod that ended before a runtime was asked to run it: all of its containers still wait. */
export function unstartedPod({ metadata, spec }: Pod): PodObservation {
  const { name, namespace = '', uid = '' } = metadata;
  const context = {
    podName: name,
    namespace,
    podUid: uid,
    initialized: false,
    hasInitContainers: (spec?.initContainers ?? []).length > 0,
  };
  return {
    podUid: uid,
    containers: podContainers(spec ?? { containers: [] }).map((podContainer) => ({
      name: podContainer.container.name,
      kind: podContainer.role === 'main' ? 'container' : 'init',
      status: containerStatus(podContainer, undefined, context),
    })),
    podIp: undefined,
    ready: false,
    finished: true,
    stopped: true,
    awaitsInputs: false,
  };
}
