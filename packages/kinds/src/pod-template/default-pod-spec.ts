import type { PodSpec, PodTemplateSpec } from '../generated/api-types.ts';
import { ephemeralContainersOf } from './containers-of.ts';
import { defaultContainer } from './default-containers.ts';
import { defaultVolume } from './default-volumes.ts';
import { roundUpResources } from './round-up-resources.ts';

/** Annotations by which init containers were declared before they had a field. */
const initContainerAnnotations = [
  'pod.beta.kubernetes.io/init-containers',
  'pod.alpha.kubernetes.io/init-containers',
  'pod.beta.kubernetes.io/init-container-statuses',
  'pod.alpha.kubernetes.io/init-container-statuses',
];

/** Fills in, in place, what every pod spec gets, in a pod and in a template alike. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  aliasServiceAccount(spec);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of ephemeralContainersOf(spec)) defaultContainer(container);
  roundUpResources(spec.resources);
  roundUpResources(spec.overhead && { limits: spec.overhead });
}

/** Fills a template's defaults in, in place, and returns it. */
export function defaultPodTemplate(template: PodTemplateSpec): PodTemplateSpec {
  template.metadata = dropInitContainerAnnotations(template.metadata);
  template.spec ??= {};
  defaultPodSpec(template.spec);
  return template;
}

/** `serviceAccount` is the old name of `serviceAccountName`: the new one wins, and both are shown. */
export function aliasServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

/** Metadata without the annotations that stood for init containers once. */
export function dropInitContainerAnnotations<M extends { annotations?: Record<string, string> }>(
  metadata: M | undefined,
): M {
  // A template without metadata has empty metadata; both are the same type.
  const result = metadata ?? ({} as M);
  for (const annotation of initContainerAnnotations) delete result.annotations?.[annotation];
  return result;
}
