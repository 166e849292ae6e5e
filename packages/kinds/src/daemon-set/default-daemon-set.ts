import { copyJson, type KubeObject } from '@berth/machinery';
import { defaultPodTemplate } from '../pod-template/default-pod-spec.ts';
import { daemonSetOf } from './daemon-set-of.ts';

/** The DaemonSet with all of Kubernetes' defaults. */
export function defaultDaemonSet(object: KubeObject): KubeObject {
  const daemonSet = daemonSetOf(copyJson(object));
  // A DaemonSet without a spec is refused later, for the containers that it lacks.
  const spec = (daemonSet.spec ??= { template: {} });
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= 1;
    strategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  spec.template = defaultPodTemplate(spec.template ?? {});
  return daemonSet;
}
