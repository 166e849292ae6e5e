import type { KubeObject } from '@berth/machinery';
import { formatLabelSelector } from '../columns/format-label-selector.ts';
import type { LabelSelector } from '../generated/api-types.ts';
import type { KindScale, Subresource } from '../kind-definition.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/scale-v1/ */
export const scaleSubresource: Subresource = {
  name: 'scale',
  verbs: ['get', 'patch', 'update'],
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
};

interface Replicas extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

/** The scale of kinds whose replicas stand in `spec.replicas` and `status.replicas`. */
export function replicaScale(selectorOf: (object: KubeObject) => LabelSelector | undefined): KindScale {
  return {
    replicasPath: ['spec', 'replicas'],
    replicas: (object) => (object as Replicas).spec?.replicas ?? 0,
    withReplicas: (object, replicas) => ({ ...object, spec: { ...(object as Replicas).spec, replicas } }),
    currentReplicas: (object) => (object as Replicas).status?.replicas ?? 0,
    selector: (object) => selectorText(selectorOf(object)),
  };
}

/** As a query has it. An empty selector is empty. */
function selectorText(selector: LabelSelector | undefined): string {
  const text = formatLabelSelector(selector);
  return text === '<none>' ? '' : text;
}
