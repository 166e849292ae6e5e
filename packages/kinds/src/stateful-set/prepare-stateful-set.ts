import { copyJson, type KubeObject } from '@berth/machinery';
import type { StatefulSet } from '../generated/api-types.ts';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { keepStatus } from '../strategy/status-strategy.ts';
import { statefulSetOf } from './stateful-set-of.ts';

/** A new StatefulSet has counted nothing yet. */
export function prepareStatefulSetForCreate(object: KubeObject): KubeObject {
  return { ...withoutDisabled(object), status: { replicas: 0, availableReplicas: 0 } };
}

export function prepareStatefulSetForUpdate(next: KubeObject, current: KubeObject): KubeObject {
  return withoutDisabled(keepStatus(next, current));
}

function withoutDisabled(object: KubeObject): StatefulSet {
  const statefulSet = statefulSetOf(copyJson(object));
  if (statefulSet.spec?.template.spec) dropDisabledFields(statefulSet.spec.template.spec);
  return statefulSet;
}
