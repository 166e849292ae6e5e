import type { KubeObject } from '@berth/machinery';
import type { Pod, PriorityClass } from '../generated/api-types.ts';
import type { KindAdmission } from '../lifecycle/admission.ts';
import { defaultClass } from './one-default.ts';
import { systemPriorityClasses } from './system-classes.ts';

/**
 * What the PriorityClasses make of a new pod: its priority follows from its class, or from the default class, and from
 * nothing else. https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#pod-priority
 */
export const podPriority: KindAdmission = {
  policies: 'priorityclasses.scheduling.k8s.io',
  mutate: (object, classes) => {
    const pod: Pod = object;
    const found = classOf(pod, classes);
    if (found === 'unknown') return pod;
    const { priority, preemptionPolicy } = amountsOf(found);
    const { spec = {} } = pod;
    return {
      ...pod,
      spec: {
        ...spec,
        ...(found && { priorityClassName: found.metadata.name }),
        priority: spec.priority ?? priority,
        preemptionPolicy: spec.preemptionPolicy ?? preemptionPolicy,
      },
    };
  },
  refuse: (object, classes) => {
    const { spec = {} }: Pod = object;
    const found = classOf(object, classes);
    if (found === 'unknown') return `no PriorityClass with name ${spec.priorityClassName} was found`;
    const { priority, preemptionPolicy } = amountsOf(found);
    const computed = 'must not be provided in pod spec; priority admission controller computed';
    if (spec.priority !== priority) {
      return `the integer value of priority (${spec.priority}) ${computed} ${priority} from the given PriorityClass name`;
    }
    if (spec.preemptionPolicy !== preemptionPolicy) {
      return `the string value of PreemptionPolicy (${spec.preemptionPolicy}) ${computed} ${preemptionPolicy} from the given PriorityClass name`;
    }
    return undefined;
  },
};

function classOf({ spec }: Pod, stored: readonly KubeObject[]): PriorityClass | 'unknown' | undefined {
  const classes: readonly PriorityClass[] = stored.length > 0 ? stored : systemPriorityClasses;
  if (!spec?.priorityClassName) return defaultClass(classes);
  return classes.find(({ metadata }) => metadata.name === spec.priorityClassName) ?? 'unknown';
}

function amountsOf(found: PriorityClass | undefined) {
  const preemptionPolicy = found?.preemptionPolicy === 'Never' ? 'Never' : 'PreemptLowerPriority';
  return { priority: found?.value ?? 0, preemptionPolicy } as const;
}
