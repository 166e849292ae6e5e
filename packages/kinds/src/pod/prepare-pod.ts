import { copyJson, type KubeObject, path, semanticEqual } from '@berth/machinery';
import type {
  LabelSelector,
  Pod,
  PodAffinityTerm,
  PodSpec,
  PodStatus,
  Toleration,
} from '../generated/api-types.ts';
import { appArmorOfAnnotation, appArmorPrefix } from '../pod-template/annotations.ts';
import { containersOf } from '../pod-template/containers-of.ts';
import { aliasServiceAccount } from '../pod-template/default-pod-spec.ts';
import { dropDisabledFields } from '../pod-template/drop-disabled-fields.ts';
import { qosClass } from '../pod-template/qos-class.ts';
import { mirrorPodAnnotation } from '../pod-template/resource-claims.ts';
import { validateAppArmorProfile } from '../pod-template/security-context.ts';

/** What a new pod gets beyond defaults: what Kubernetes' admission sets, and the status it begins with. */
export function preparePodForCreate(object: KubeObject): KubeObject {
  const pod: Pod = copyJson(object);
  const spec = (pod.spec ??= {});
  admitServiceAccount(pod, spec);
  spec.tolerations = withNodeTolerations(spec.tolerations);
  pod.status = { phase: 'Pending', qosClass: qosClass(spec) };
  dropDisabledFields(spec);
  if ((spec.schedulingGates ?? []).length > 0) {
    const { creationTimestamp } = pod.metadata;
    const since = creationTimestamp ? { lastTransitionTime: creationTimestamp } : {};
    pod.status.conditions = [{ ...schedulingGated, ...since }];
  }
  takeLabelsIntoSelectors(pod, spec);
  takeAppArmorFromAnnotations(pod, spec);
  return pod;
}

/** What an update of a pod keeps: its status, and what admission has set when the pod was made. */
export function preparePodForUpdate(next: KubeObject, current: KubeObject): KubeObject {
  const pod: Pod = copyJson(next);
  const { spec: old = {}, status }: Pod = current;
  const spec = (pod.spec ??= {});
  spec.tolerations = withNodeTolerations(spec.tolerations);
  if (old.priority !== undefined) spec.priority ??= old.priority;
  if (old.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
  if (status) pod.status = status;
  else delete pod.status;
  dropDisabledFields(spec);
  return pod;
}

function admitServiceAccount(pod: Pod, spec: PodSpec): void {
  // The node that runs a mirrored pod compares it with its own file.
  if (pod.metadata.annotations?.[mirrorPodAnnotation] !== undefined) return;
  spec.serviceAccountName ||= 'default';
  aliasServiceAccount(spec);
}

const nodeTroubles = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const tolerationSeconds = 300;

/** Pods stay for five minutes on a node that is in trouble, if they do not say otherwise. */
function withNodeTolerations(tolerations: readonly Toleration[] = []): Toleration[] {
  const missing = nodeTroubles.filter(
    (trouble) =>
      !tolerations.some(
        ({ key, effect }) => (!key || key === trouble) && (!effect || effect === 'NoExecute'),
      ),
  );
  return [
    ...tolerations,
    ...missing.map(
      (key): Toleration => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds,
      }),
    ),
  ];
}

const schedulingGated: NonNullable<PodStatus['conditions']>[number] = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/** `matchLabelKeys` stand for the pod's own values of these labels. */
function takeLabelsIntoSelectors(pod: Pod, spec: PodSpec): void {
  const labels = pod.metadata.labels ?? {};
  for (const { labelSelector, matchLabelKeys } of spec.topologySpreadConstraints ?? []) {
    addExpressions(labelSelector, labels, { keys: matchLabelKeys, operator: 'In' });
  }
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms: PodAffinityTerm[] = [...preferred.map((weighted) => weighted.podAffinityTerm), ...required];
    for (const { labelSelector, matchLabelKeys, mismatchLabelKeys } of terms) {
      addExpressions(labelSelector, labels, { keys: matchLabelKeys, operator: 'In' });
      addExpressions(labelSelector, labels, { keys: mismatchLabelKeys, operator: 'NotIn' });
    }
  }
}

function addExpressions(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
  { keys, operator }: { readonly keys: readonly string[] | undefined; readonly operator: 'In' | 'NotIn' },
): void {
  for (const key of keys ?? []) {
    const value = labels[key];
    if (!selector || value === undefined) continue;
    selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [value] }];
  }
}

/** A container's AppArmor profile used to be an annotation of the pod. */
function takeAppArmorFromAnnotations(pod: Pod, spec: PodSpec): void {
  if (spec.os?.name === 'windows') return;
  for (const { container } of containersOf(spec, path())) {
    const annotation = pod.metadata.annotations?.[`${appArmorPrefix}${container.name}`];
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const profile = appArmorOfAnnotation(annotation);
    if (!profile || validateAppArmorProfile(profile, path()).length > 0) continue;
    if (semanticEqual(profile, spec.securityContext?.appArmorProfile)) continue;
    container.securityContext = { ...container.securityContext, appArmorProfile: profile };
  }
}
