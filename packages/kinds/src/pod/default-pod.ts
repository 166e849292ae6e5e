import { copyJson, type KubeObject } from '@berth/machinery';
import type { Container, Pod, PodSpec } from '../generated/api-types.ts';
import { isHugePages, isOvercommitAllowed, isPodLevelResource } from '../pod-template/resource-names.ts';
import { totalOfContainers } from '../pod-template/resource-totals.ts';
import { defaultPodSpec, dropInitContainerAnnotations } from '../pod-template/default-pod-spec.ts';

/** The pod with all of Kubernetes' defaults. */
export function defaultPod(object: KubeObject): KubeObject {
  const pod: Pod = copyJson(object);
  const spec = (pod.spec ??= {});
  pod.metadata = dropInitContainerAnnotations(pod.metadata);
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    requestWhatIsLimited(container);
  }
  defaultPodLevelResources(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) exposeOnHost(spec);
  defaultPodSpec(spec);
  // Of a pod, though not of a template, a negative grace is taken for the least.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  return pod;
}

function requestWhatIsLimited({ resources }: Container): void {
  if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests };
}

/** On the host's network every port is one of the host's. */
function exposeOnHost(spec: PodSpec): void {
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
}

/**
 * What is missing of a pod's own resources follows from its containers', where the pod has some of its own.
 * https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#pod-level-resource-specification
 */
function defaultPodLevelResources(spec: PodSpec): void {
  const { resources } = spec;
  if (!resources) return;
  defaultHugePagesLimits(spec, resources);
  defaultRequests(spec, resources);
}

type PodResources = NonNullable<PodSpec['resources']>;

function defaultHugePagesLimits(spec: PodSpec, resources: PodResources): void {
  if (isEmpty(resources.limits) && isEmpty(resources.requests)) return;
  const limits = { ...resources.limits };
  for (const [name, amount] of Object.entries(totalOfContainers(spec, 'limits'))) {
    if (isHugePages(name) && resources.requests?.[name] === undefined) limits[name] ??= amount;
  }
  if (!isEmpty(limits)) resources.limits = limits;
}

function defaultRequests(spec: PodSpec, resources: PodResources): void {
  if (isEmpty(resources.limits)) return;
  const requests = { ...resources.requests };
  for (const [name, amount] of Object.entries(totalOfContainers(spec, 'requests'))) {
    if (isPodLevelResource(name) && isOvercommitAllowed(name)) requests[name] ??= amount;
  }
  for (const [name, amount] of Object.entries(resources.limits ?? {})) {
    if (isPodLevelResource(name)) requests[name] ??= amount;
  }
  if (!isEmpty(requests)) resources.requests = requests;
}

function isEmpty(amounts: object | undefined): boolean {
  return Object.keys(amounts ?? {}).length === 0;
}
