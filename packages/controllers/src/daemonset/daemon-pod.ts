import type { DaemonSet, Pod, PodSpec, Toleration } from '@berth/kinds';
import { podFromTemplate, type PodName } from '../pods/pod-from-template.ts';
import {
  type Revisioned,
  revisionHashLabel,
  specOf,
  templateGeneration,
  templateGenerationLabel,
} from './daemon-set-facts.ts';

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

/**
 * The pod of a node. The scheduler binds it; its node affinity leaves it that node alone. What the template asks of the
 * node has been looked at by then.
 */
export function daemonPod(revisioned: Revisioned, node: string, podName: PodName): Pod {
  const { daemonSet, hash } = revisioned;
  const { template } = specOf(daemonSet);
  const pod = podFromTemplate(daemonSet, template, podName);
  const generation = templateGeneration(daemonSet);
  const labels = {
    ...pod.metadata.labels,
    ...(generation === undefined ? {} : { [templateGenerationLabel]: generation }),
    [revisionHashLabel]: hash,
  };
  const spec = daemonPodSpec(daemonSet);
  const { nodeAffinity, ...affinity } = spec.affinity ?? {};
  const nodeSelectorTerms = [
    { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [node] }] },
  ];
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: {
      ...spec,
      affinity: { ...affinity, nodeAffinity: { ...nodeAffinity, [required]: { nodeSelectorTerms } } },
    },
  };
}

/** The template's spec, which nodes that are in trouble do not scare. */
export function daemonPodSpec(daemonSet: DaemonSet): PodSpec {
  const spec = specOf(daemonSet).template.spec ?? {};
  const added = defaultTolerations(spec);
  const own = (spec.tolerations ?? []).filter(
    (toleration) => !added.some((other) => isSameTaint(toleration, other)),
  );
  return { ...spec, tolerations: [...own, ...added] };
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations */
function defaultTolerations({ hostNetwork }: PodSpec): readonly Toleration[] {
  const exists = (name: string, effect: NonNullable<Toleration['effect']>): Toleration => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect,
  });
  return [
    exists('not-ready', 'NoExecute'),
    exists('unreachable', 'NoExecute'),
    exists('disk-pressure', 'NoSchedule'),
    exists('memory-pressure', 'NoSchedule'),
    exists('pid-pressure', 'NoSchedule'),
    exists('unschedulable', 'NoSchedule'),
    ...(hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : []),
  ];
}

/** Whether two tolerations are of the same taint, for however long. */
function isSameTaint(left: Toleration, right: Toleration): boolean {
  const fields = ['key', 'operator', 'effect', 'value'] as const;
  return fields.every((field) => (left[field] ?? '') === (right[field] ?? ''));
}

/** The node that a pod of a DaemonSet is on, or is to be bound to; undefined if it says of none. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  for (const { matchFields = [] } of spec?.affinity?.nodeAffinity?.[required]?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values = [] } of matchFields) {
      if (key === 'metadata.name' && operator === 'In') return values[0];
    }
  }
  return undefined;
}
