import { copyJson, type KubeObject } from '@berth/machinery';
import { defaultPodTemplate } from '../pod-template/default-pod-spec.ts';
import { replicaSetOf } from './replica-set-of.ts';

/** The replica set with all of Kubernetes' defaults. */
export function defaultReplicaSet(object: KubeObject): KubeObject {
  const replicaSet = replicaSetOf(copyJson(object));
  // One without a spec is refused later, for the selector that it lacks.
  const spec = (replicaSet.spec ??= {});
  spec.replicas ??= 1;
  spec.template = defaultPodTemplate(spec.template ?? {});
  return replicaSet;
}
