import { copyJson, type KubeObject } from '@berth/machinery';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { deploymentOf } from './deployment-of.ts';

export function prepareDeploymentForCreate(object: KubeObject): KubeObject {
  return withoutDisabled(withoutStatus(object));
}

export function prepareDeploymentForUpdate(next: KubeObject, current: KubeObject): KubeObject {
  return withoutDisabled(keepStatus(next, current));
}

/** The controller writes the revision's annotation together with the status; labels are the user's. */
export function prepareDeploymentStatus(next: KubeObject, current: KubeObject): KubeObject {
  const prepared = keepAllButStatus(next, current);
  const { labels: _labels, ...metadata } = prepared.metadata;
  const { labels } = current.metadata;
  return { ...prepared, metadata: labels ? { ...metadata, labels } : metadata };
}

function withoutDisabled(object: KubeObject): KubeObject {
  const deployment = deploymentOf(copyJson(object));
  if (deployment.spec?.template.spec) dropDisabledFields(deployment.spec.template.spec);
  return deployment;
}
