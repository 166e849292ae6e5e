import {
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  notSupported,
  path,
  required,
  scaledIntOrPercent,
  validateAtMost100Percent,
  validateIntOrPercent,
  validateLabelSelector,
} from '@berth/machinery';
import type {
  LabelSelector,
  RollingUpdateStatefulSetStrategy,
  StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from '../generated/api-types.ts';
import { validateClaimSpec } from '../pod-template/claim-template.ts';
import { validateDnsLabel, validateNonNegative } from '../pod-template/field-checks.ts';
import { validateLongRunning } from '../pod-template/validate-long-running.ts';
import { validatePodTemplate } from '../pod-template/validate-pod-template.ts';
import { isEmptySelector, validateTemplateSelector } from '../pod-template/validate-template-selector.ts';
import { statefulSetOf } from './stateful-set-of.ts';
import { withClaimVolumes } from './with-claim-volumes.ts';

const specAt = path('spec');
const templateAt = specAt.child('template');

/** All that upstream's `ValidateStatefulSet` checks of a new one beyond metadata. */
export function validateStatefulSet(object: KubeObject): readonly FieldError[] {
  const { spec = { template: {} } } = statefulSetOf(object);
  const { serviceName, volumeClaimTemplates = [] } = spec;
  return [
    ...validateStatefulSetSpec(spec),
    ...volumeClaimTemplates.flatMap((claim, index) =>
      validateClaimSpec(claim.spec ?? {}, specAt.child('volumeClaimTemplates').index(index).child('spec')),
    ),
    ...(serviceName ? validateDnsLabel(serviceName, specAt.child('serviceName')) : []),
    ...validatePods(spec),
  ];
}

/** What holds for a spec in creates and updates alike, but for the pods. */
export function validateStatefulSetSpec(spec: StatefulSetSpec): FieldError[] {
  const { podManagementPolicy: management = '', selector, template, updateStrategy = {} } = spec;
  const policy = spec.persistentVolumeClaimRetentionPolicy ?? {};
  const policyAt = specAt.child('persistentVolumeClaimRetentionPolicy');
  const managementRule = "must be 'OrderedReady' or 'Parallel'";
  return [
    ...(['OrderedReady', 'Parallel'].includes(management)
      ? []
      : [invalid(specAt.child('podManagementPolicy'), management, managementRule)]),
    ...validateUpdateStrategy(updateStrategy, specAt.child('updateStrategy')),
    ...validateRetention(policy.whenDeleted, policyAt.child('whenDeleted')),
    ...validateRetention(policy.whenScaled, policyAt.child('whenScaled')),
    ...validateNonNegative(spec.replicas, specAt.child('replicas')),
    ...validateNonNegative(spec.minReadySeconds, specAt.child('minReadySeconds')),
    ...validateNonNegative(spec.ordinals?.start, specAt.child('ordinals', 'start')),
    ...validateSelector(selector, specAt.child('selector')),
    ...validateTemplateSelector(spec, specAt),
    ...validateLongRunning(template, templateAt, { kind: 'StatefulSet' }),
  ];
}

/** The template as pods are made of it: with a volume for each claim. */
export function validatePods(spec: StatefulSetSpec): FieldError[] {
  return validatePodTemplate(withClaimVolumes(spec), templateAt);
}

function validateSelector(selector: LabelSelector | undefined, at: FieldPath): FieldError[] {
  if (!selector) return [required(at)];
  const errors = validateLabelSelector(selector, at);
  if (!isEmptySelector(selector)) return errors;
  return [...errors, invalid(at, selector, 'empty selector is invalid for statefulset')];
}

function validateUpdateStrategy(strategy: StatefulSetUpdateStrategy, at: FieldPath): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  const shown = rollingUpdate ? shownRollingUpdate(rollingUpdate) : null;
  if (type === 'RollingUpdate') return rollingUpdate ? validateRollingUpdate(rollingUpdate, at) : [];
  if (type !== 'OnDelete') {
    return [invalid(at, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const detail = "only allowed for updateStrategy 'RollingUpdate'";
  return shown ? [invalid(at.child('rollingUpdate'), shown, detail)] : [];
}

/** With the names that its members have in Go, as upstream shows it. */
function shownRollingUpdate({ partition = 0, maxUnavailable = null }: ShownRollingUpdate): object {
  return { Partition: partition, MaxUnavailable: maxUnavailable };
}

type ShownRollingUpdate = { partition?: number; maxUnavailable?: number | string | null };

function validateRollingUpdate(
  { partition, maxUnavailable }: RollingUpdateStatefulSetStrategy,
  at: FieldPath,
): FieldError[] {
  const errors = validateNonNegative(partition, at.child('rollingUpdate', 'partition'));
  if (maxUnavailable === undefined) return errors;
  const unavailableAt = at.child('rollingUpdate', 'maxUnavailable');
  return [
    ...errors,
    ...validateIntOrPercent(maxUnavailable, unavailableAt),
    ...(scaledIntOrPercent(maxUnavailable, 100, 'up') === 0
      ? [invalid(unavailableAt, maxUnavailable, 'cannot be 0')]
      : []),
    ...validateAtMost100Percent(maxUnavailable, unavailableAt),
  ];
}

function validateRetention(policy: string | undefined, at: FieldPath): FieldError[] {
  const supported = ['Retain', 'Delete'];
  return supported.includes(policy ?? '') ? [] : [notSupported(at, policy ?? '', supported)];
}
