import { copyJson, type KubeObject } from '@berth/machinery';
import type { PodTemplateSpec } from '../generated/api-types.ts';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { keepStatus } from '../strategy/status-strategy.ts';

/** A new object has no pods yet, and says so. */
export function prepareReplicasForCreate(object: KubeObject): KubeObject {
  return withoutDisabled({ ...object, status: { replicas: 0 } });
}

export function prepareReplicasForUpdate(next: KubeObject, current: KubeObject): KubeObject {
  return withoutDisabled(keepStatus(next, current));
}

function withoutDisabled(object: KubeObject): KubeObject {
  // Kinds that keep a number of pods have a template there.
  const prepared = copyJson(object) as KubeObject & { spec?: { template?: PodTemplateSpec } };
  if (prepared.spec?.template?.spec) dropDisabledFields(prepared.spec.template.spec);
  return prepared;
}
