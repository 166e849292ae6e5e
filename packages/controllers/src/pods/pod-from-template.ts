import type { Pod, PodTemplateSpec } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { controllerReference } from '../ownership.ts';
import { present } from '../present.ts';

/** How a pod is called. */
export interface PodName {
  readonly name: string;
  /** What the name begins with, where its end is random. */
  readonly generateName?: string;
}

/** A pod of a template: its labels, annotations, finalizers and spec, controlled by `owner`. */
export function podFromTemplate(owner: KubeObject, template: PodTemplateSpec, podName: PodName): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...podName,
      namespace: owner.metadata.namespace ?? '',
      ...present({ labels, annotations, finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec ?? {},
  };
}
