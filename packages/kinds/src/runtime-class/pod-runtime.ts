import { type KubeObject, semanticEqual } from '@berth/machinery';
import type { Pod, RuntimeClass, Toleration } from '../generated/api-types.ts';
import type { KindAdmission } from '../lifecycle/admission.ts';

/**
 * What the RuntimeClass that a new pod names makes of it: what its runtime takes on top of the containers, and the nodes
 * that have that runtime. https://kubernetes.io/docs/concepts/containers/runtime-class/#scheduling
 */
export const podRuntime: KindAdmission = {
  policies: 'runtimeclasses.node.k8s.io',
  concerns: ({ spec }: Pod) => spec?.runtimeClassName !== undefined || hasOverhead(spec?.overhead),
  mutate: (object, classes) => {
    const pod: Pod = object;
    const found = classOf(pod, classes);
    if (!found) return pod;
    const { spec = {} } = pod;
    const { overhead, scheduling } = found;
    const fills = overhead?.podFixed !== undefined && !hasOverhead(spec.overhead);
    return {
      ...pod,
      spec: {
        ...spec,
        ...(fills && { overhead: overhead.podFixed }),
        ...(scheduling?.nodeSelector && {
          // In a conflict the pod's own stays, and the pod is refused.
          nodeSelector: { ...scheduling.nodeSelector, ...spec.nodeSelector },
        }),
        ...(scheduling?.tolerations && {
          tolerations: union(spec.tolerations ?? [], scheduling.tolerations),
        }),
      },
    };
  },
  refuse: (object, classes) => {
    const { spec = {} }: Pod = object;
    const found = classOf(object, classes);
    if (spec.runtimeClassName !== undefined && !found) {
      return `pod rejected: RuntimeClass ${JSON.stringify(spec.runtimeClassName)} not found`;
    }
    const conflict = conflictOf(found?.scheduling?.nodeSelector ?? {}, spec.nodeSelector ?? {});
    if (conflict !== undefined) return conflict;
    if (found?.overhead === undefined) {
      return hasOverhead(spec.overhead)
        ? 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'
        : undefined;
    }
    return semanticEqual(found.overhead.podFixed ?? {}, spec.overhead ?? {})
      ? undefined
      : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
  },
};

function classOf({ spec }: Pod, classes: readonly KubeObject[]): RuntimeClass | undefined {
  return (classes as readonly RuntimeClass[]).find(
    ({ metadata }) => metadata.name === spec?.runtimeClassName,
  );
}

function hasOverhead(overhead: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(overhead ?? {}).length > 0;
}

function conflictOf(
  ofClass: Readonly<Record<string, string>>,
  ofPod: Readonly<Record<string, string>>,
): string | undefined {
  for (const [key, value] of Object.entries(ofClass)) {
    const own = ofPod[key];
    if (own !== undefined && own !== value) {
      return `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    }
  }
  return undefined;
}

/** Upstream leaves out what another toleration covers already; one that is the same is all that matters to the scheduler. */
function union(own: readonly Toleration[], added: readonly Toleration[]): Toleration[] {
  const news = added.filter((toleration) => !own.some((known) => semanticEqual(known, toleration)));
  return [...own, ...news];
}
