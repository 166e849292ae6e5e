import { copyJson, type KubeObject } from '@berth/machinery';
import { defaultPodTemplate } from '../pod-template/default-pod-spec.ts';
import { replicationControllerOf } from './replication-controller-of.ts';

/** The replication controller with all of Kubernetes' defaults: it selects and is called by its template's labels. */
export function defaultReplicationController(object: KubeObject): KubeObject {
  const controller = replicationControllerOf(copyJson(object));
  const spec = (controller.spec ??= {});
  spec.replicas ??= 1;
  if (spec.template) spec.template = defaultPodTemplate(spec.template);
  const labels = spec.template?.metadata?.labels;
  if (!labels) return controller;
  if (isEmpty(spec.selector)) spec.selector = { ...labels };
  if (!isEmpty(controller.metadata.labels)) return controller;
  return { ...controller, metadata: { ...controller.metadata, labels: { ...labels } } };
}

function isEmpty(labels: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(labels ?? {}).length === 0;
}
