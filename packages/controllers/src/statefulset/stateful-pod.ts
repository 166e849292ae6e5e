import type { Pod, PodTemplateSpec, StatefulSet, Volume } from '@berth/kinds';
import { podFromTemplate } from '../pods/pod-from-template.ts';
import { claimName, claimTemplatesOf } from './claims-of-pod.ts';
import { podIndexLabel, podNameLabel, podRevisionLabel, specOf } from './stateful-set-facts.ts';

/** Which template a pod is made of, and under what name. */
export interface Version {
  readonly template: PodTemplateSpec;
  /** Name of the revision. */
  readonly revision: string;
}

/** The pod of an ordinal: its name, host name, labels and claims are the ordinal's, whatever pod there was before. */
export function statefulPod(set: StatefulSet, ordinal: number, { template, revision }: Version): Pod {
  const generateName = `${set.metadata.name}-`;
  const pod = podFromTemplate(set, template, { name: `${generateName}${ordinal}`, generateName });
  const { serviceName } = specOf(set);
  const labels = {
    ...pod.metadata.labels,
    ...identityLabels(pod, ordinal),
    [podRevisionLabel]: revision,
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: {
      ...pod.spec,
      ...volumesOf(set, pod, ordinal),
      hostname: pod.metadata.name,
      ...(serviceName ? { subdomain: serviceName } : {}),
    },
  };
}

/** The pod with the labels that name it; the same pod if it has them. */
export function withIdentity(pod: Pod, ordinal: number): Pod {
  if (pod.metadata.labels?.[podNameLabel] === pod.metadata.name) return pod;
  const labels = { ...pod.metadata.labels, ...identityLabels(pod, ordinal) };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

function identityLabels({ metadata }: Pod, ordinal: number): Record<string, string> {
  return { [podNameLabel]: metadata.name, [podIndexLabel]: String(ordinal) };
}

/** A claim takes the place of a volume of its name in the template. */
function volumesOf(set: StatefulSet, { spec }: Pod, ordinal: number): { volumes?: Volume[] } {
  const claims = claimTemplatesOf(set).map((template): Volume => {
    const name = template.metadata.name;
    return { name, persistentVolumeClaim: { claimName: claimName(template, set, ordinal) } };
  });
  if (claims.length === 0) return {};
  const names = new Set(claims.map(({ name }) => name));
  return { volumes: [...claims, ...(spec?.volumes ?? []).filter(({ name }) => !names.has(name))] };
}
