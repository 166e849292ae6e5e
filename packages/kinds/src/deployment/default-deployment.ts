import { copyJson, type KubeObject } from '@berth/machinery';
import { defaultPodTemplate } from '../pod-template/default-pod-spec.ts';
import { deploymentOf } from './deployment-of.ts';

/** The deployment with all of Kubernetes' defaults. */
export function defaultDeployment(object: KubeObject): KubeObject {
  const deployment = deploymentOf(copyJson(object));
  // A deployment without a spec is refused later, for the selector that it lacks.
  const spec = (deployment.spec ??= { template: {} });
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ??= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate };
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.template = defaultPodTemplate(spec.template ?? {});
  return deployment;
}
