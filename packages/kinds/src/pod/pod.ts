import type { KubeObject } from '@berth/machinery';
import type { Pod } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { podLimits } from '../limit-range/admit-pod.ts';
import { podPriority } from '../priority-class/pod-priority.ts';
import { podRuntime } from '../runtime-class/pod-runtime.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { defaultPod } from './default-pod.ts';
import { podColumns } from './pod-columns.ts';
import { preparePodStatus } from './prepare-pod-status.ts';
import { preparePodForCreate, preparePodForUpdate } from './prepare-pod.ts';
import { validatePodStatusUpdate } from './validate-pod-status.ts';
import { validatePodUpdate } from './validate-pod-update.ts';
import { validatePodCreate } from './validate-pod.ts';
import { podUsage } from './pod-usage.ts';
import { podWarnings } from './pod-warnings.ts';

/** https://kubernetes.io/docs/concepts/workloads/pods/ */
export const pod: KindDefinition = {
  kind: 'Pod',
  listKind: 'PodList',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.Pod' }],
  verbs: objectVerbs,
  subresources: [
    { name: 'binding', verbs: ['create'], kind: 'Binding', group: '', version: 'v1' },
    { name: 'eviction', verbs: ['create'], kind: 'Eviction', group: 'policy', version: 'v1' },
    { name: 'log', verbs: ['get'] },
    statusSubresource,
  ],
  columns: podColumns,
  strategy: {
    applyDefaults: defaultPod,
    prepareForCreate: preparePodForCreate,
    prepareForUpdate: preparePodForUpdate,
    validateCreate: validatePodCreate,
    validateUpdate: validatePodUpdate,
    warnings: podWarnings,
    status: { prepareForUpdate: preparePodStatus, validateUpdate: validatePodStatusUpdate },
  },
  admission: [podLimits, podPriority, podRuntime],
  selectableFields: {
    'spec.nodeName': (object) => podOf(object).spec?.nodeName ?? '',
    'spec.restartPolicy': (object) => podOf(object).spec?.restartPolicy ?? '',
    'spec.schedulerName': (object) => podOf(object).spec?.schedulerName ?? '',
    'spec.serviceAccountName': (object) => podOf(object).spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (object) => String(podOf(object).spec?.hostNetwork ?? false),
    'status.phase': (object) => podOf(object).status?.phase ?? '',
    'status.podIP': (object) => podOf(object).status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': (object) => podOf(object).status?.nominatedNodeName ?? '',
  },
  hasGeneration: true,
  deletionGraceSeconds,
  answersDeleteWithObject: true,
  usage: podUsage,
  assignedNode: (object) => podOf(object).spec?.nodeName || undefined,
};

/** A pod that no node runs, or that has ended, needs no grace. */
function deletionGraceSeconds(object: KubeObject, requestedSeconds: number | undefined): number {
  const { spec = {}, status = {} } = podOf(object);
  if (!spec.nodeName || status.phase === 'Failed' || status.phase === 'Succeeded') return 0;
  const seconds = requestedSeconds ?? spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

function podOf(object: KubeObject): Pod {
  return object;
}
