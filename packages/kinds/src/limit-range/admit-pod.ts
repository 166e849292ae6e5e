import { aggregateMessages, type KubeObject } from '@berth/machinery';
import type { Container, LimitRange, LimitRangeItem, Pod, PodSpec } from '../generated/api-types.ts';
import type { KindAdmission } from '../lifecycle/admission.ts';
import { type ResourceAmounts, totalOfContainers } from '../pod-template/resource-totals.ts';
import { keepsMax, keepsMin, keepsRatio, type Usage, violations } from './constraints.ts';

const annotation = 'kubernetes.io/limit-ranger';

/**
 * What the LimitRanges of its namespace make of a new pod: defaults for containers that leave something out, then bounds.
 * Pods that exist are left alone: their containers cannot change.
 */
export const podLimits: KindAdmission = { policies: 'limitranges', mutate, refuse };

function mutate(object: KubeObject, policies: readonly KubeObject[]): KubeObject {
  return policies.reduce<KubeObject>((pod, policy) => withDefaultsOf(policy, pod), object);
}

function withDefaultsOf(policy: LimitRange, pod: Pod): Pod {
  const items = (policy.spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const limits = Object.assign({}, ...items.map((item) => item.default)) as ResourceAmounts;
  const requests = Object.assign({}, ...items.map((item) => item.defaultRequest)) as ResourceAmounts;
  const { spec = {} } = pod;
  const containers = (spec.containers ?? []).map((own) => fill(own, { limits, requests }, 'container'));
  const starting = (spec.initContainers ?? []).map((own) =>
    fill(own, { limits, requests }, 'init container'),
  );
  const news = [...containers, ...starting].flatMap((filled) => filled.news);
  if (news.length === 0) return pod;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: {
        ...pod.metadata.annotations,
        [annotation]: `LimitRanger plugin set: ${news.join('; ')}`,
      },
    },
    spec: {
      ...spec,
      containers: containers.map((filled) => filled.container),
      ...(spec.initContainers && { initContainers: starting.map((filled) => filled.container) }),
    },
  };
}

/** The container with what it leaves out, and what that was. */
function fill(
  container: Container,
  { limits, requests }: Usage,
  called: string,
): { readonly container: Container; readonly news: readonly string[] } {
  const own = container.resources;
  const missing = (amounts: ResourceAmounts, set: ResourceAmounts = {}) =>
    Object.keys(amounts)
      .filter((name) => !Object.hasOwn(set, name))
      .toSorted();
  const setRequests = missing(requests, own?.requests);
  const setLimits = missing(limits, own?.limits);
  if (setRequests.length === 0 && setLimits.length === 0) return { container, news: [] };
  const named = `${called} ${container.name}`;
  return {
    container: {
      ...container,
      resources: {
        ...own,
        ...(setLimits.length > 0 && { limits: { ...limits, ...own?.limits } }),
        ...(setRequests.length > 0 && { requests: { ...requests, ...own?.requests } }),
      },
    },
    news: [
      ...(setRequests.length > 0 ? [`${setRequests.join(', ')} request for ${named}`] : []),
      ...(setLimits.length > 0 ? [`${setLimits.join(', ')} limit for ${named}`] : []),
    ],
  };
}

/** Each LimitRange speaks for itself: the first that refuses is heard. */
function refuse(object: KubeObject, policies: readonly KubeObject[]): string | undefined {
  const { spec = {} }: Pod = object;
  for (const policy of policies) {
    const { spec: range }: LimitRange = policy;
    const problems = (range?.limits ?? []).flatMap((item) => problemsOf(spec, item));
    if (problems.length > 0) return aggregateMessages(problems);
  }
  return undefined;
}

function problemsOf(spec: PodSpec, item: LimitRangeItem): string[] {
  if (item.type === 'Pod') return violationsOf(item, usageOfPod(spec));
  if (item.type !== 'Container') return [];
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    violationsOf(item, { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }),
  );
}

function violationsOf({ type, min, max, maxLimitRequestRatio }: LimitRangeItem, usage: Usage): string[] {
  return [
    ...violations(keepsMin, { type, amounts: min }, usage),
    ...violations(keepsMax, { type, amounts: max }, usage),
    ...violations(keepsRatio, { type, amounts: maxLimitRequestRatio }, usage),
  ];
}

const podLevelResources = new Set(['cpu', 'memory']);

/** What the containers need together, or what the pod says of itself as a whole. */
function usageOfPod(spec: PodSpec): Usage {
  const together = (kind: 'requests' | 'limits'): ResourceAmounts => {
    const own = Object.entries(spec.resources?.[kind] ?? {}).filter(([name]) => podLevelResources.has(name));
    return { ...totalOfContainers(spec, kind), ...Object.fromEntries(own) };
  };
  return { requests: together('requests'), limits: together('limits') };
}
