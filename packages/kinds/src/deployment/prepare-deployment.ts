import { copyJson, type KubeObject } from '@berth/machinery';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { liveGate } from './blue-green.ts';
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

/**
 * The gate of blue/green is a ReplicaSet's business: `kubectl rollout undo` brings it along in the template that it copies
 * back from one.
 */
function withoutDisabled(object: KubeObject): KubeObject {
  const deployment = deploymentOf(copyJson(object));
  const spec = deployment.spec?.template.spec;
  if (!spec) return deployment;
  dropDisabledFields(spec);
  const gates = (spec.readinessGates ?? []).filter(({ conditionType }) => conditionType !== liveGate);
  if (gates.length > 0) spec.readinessGates = gates;
  else delete spec.readinessGates;
  return deployment;
}
