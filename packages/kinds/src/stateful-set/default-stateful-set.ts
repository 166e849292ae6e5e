import { copyJson, type KubeObject } from '@berth/machinery';
import type { PersistentVolumeClaim, StatefulSetSpec } from '../generated/api-types.ts';
import { defaultPodTemplate } from '../pod-template/default-pod-spec.ts';
import { defaultClaimSpec } from '../pod-template/default-volumes.ts';
import { statefulSetOf } from './stateful-set-of.ts';

/** The StatefulSet with all of Kubernetes' defaults. */
export function defaultStatefulSet(object: KubeObject): KubeObject {
  const statefulSet = statefulSetOf(copyJson(object));
  // A StatefulSet without a spec is refused later, for the containers that it lacks.
  const spec = (statefulSet.spec ??= { template: {} });
  spec.podManagementPolicy ||= 'OrderedReady';
  defaultUpdateStrategy(spec);
  const policy = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  policy.whenDeleted ||= 'Retain';
  policy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.serviceName ??= '';
  spec.template = defaultPodTemplate(spec.template ?? {});
  for (const claim of spec.volumeClaimTemplates ?? []) defaultClaim(claim);
  return statefulSet;
}

function defaultUpdateStrategy(spec: StatefulSetSpec): void {
  const strategy = (spec.updateStrategy ??= {});
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type !== 'RollingUpdate' || !strategy.rollingUpdate) return;
  strategy.rollingUpdate.partition ??= 0;
  strategy.rollingUpdate.maxUnavailable ??= 1;
}

/** What a claim of its own would get, in place. */
function defaultClaim(claim: PersistentVolumeClaim): void {
  claim.apiVersion = 'v1';
  claim.kind = 'PersistentVolumeClaim';
  claim.status = { ...claim.status, phase: claim.status?.phase ?? 'Pending' };
  if (claim.spec) defaultClaimSpec(claim.spec);
}
