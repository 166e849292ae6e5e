import {
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  notSupported,
  path,
  required,
  scaledIntOrPercent,
  semanticEqual,
  validateAtMost100Percent,
  validateIntOrPercent,
  validateLabelSelector,
} from '@berth/machinery';
import type { DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from '../generated/api-types.ts';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { validateLongRunning } from '../pod-template/validate-long-running.ts';
import { validatePodTemplate } from '../pod-template/validate-pod-template.ts';
import { isEmptySelector, validateTemplateSelector } from '../pod-template/validate-template-selector.ts';
import { daemonSetOf } from './daemon-set-of.ts';

const specAt = path('spec');
const statusAt = path('status');

/** All that upstream's `ValidateDaemonSet` checks beyond metadata. */
export function validateDaemonSet(object: KubeObject): readonly FieldError[] {
  const { spec = { template: {} } } = daemonSetOf(object);
  const { selector, template, updateStrategy = {} } = spec;
  const templateAt = specAt.child('template');
  return [
    ...(selector ? validateLabelSelector(selector, specAt.child('selector')) : []),
    ...validateTemplateSelector(spec, specAt),
    ...(selector && isEmptySelector(selector)
      ? [invalid(specAt.child('selector'), selector, 'empty selector is invalid for daemonset')]
      : []),
    ...validatePodTemplate(template, templateAt),
    ...validateLongRunning(template, templateAt, { kind: 'DaemonSet' }),
    ...validateNonNegative(spec.minReadySeconds, specAt.child('minReadySeconds')),
    ...validateUpdateStrategy(updateStrategy, specAt.child('updateStrategy')),
    ...validateNonNegative(spec.revisionHistoryLimit, specAt.child('revisionHistoryLimit')),
  ];
}

export function validateDaemonSetUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const selector = daemonSetOf(next).spec?.selector;
  const isSame = semanticEqual(selector, daemonSetOf(current).spec?.selector);
  const errors = validateDaemonSet(next);
  return isSame ? errors : [...errors, invalid(specAt.child('selector'), selector, 'field is immutable')];
}

export function validateDaemonSetStatusUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const { status } = daemonSetOf(next);
  const errors = (
    [
      'currentNumberScheduled',
      'numberMisscheduled',
      'desiredNumberScheduled',
      'numberReady',
      'observedGeneration',
      'updatedNumberScheduled',
      'numberAvailable',
      'numberUnavailable',
      'collisionCount',
    ] as const
  ).flatMap((field) => validateNonNegative(status?.[field], statusAt.child(field)));
  const collisions = status?.collisionCount ?? 0;
  if (collisions >= (daemonSetOf(current).status?.collisionCount ?? 0)) return errors;
  return [...errors, invalid(statusAt.child('collisionCount'), collisions, 'cannot be decremented')];
}

function validateUpdateStrategy(strategy: DaemonSetUpdateStrategy, at: FieldPath): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  if (type === 'OnDelete') return [];
  if (type === 'RollingUpdate') return validateRollingUpdate(rollingUpdate ?? {}, at.child('rollingUpdate'));
  // Upstream shows the value with the names that its members have in Go.
  const shown = { Type: type, RollingUpdate: rollingUpdate ?? null };
  return [notSupported(at, shown, ['RollingUpdate', 'OnDelete'])];
}

/** Either some pods may be missing or some may be doubled, never both or neither. */
function validateRollingUpdate(
  { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet,
  at: FieldPath,
): FieldError[] {
  const [unavailableAt, surgeAt] = [at.child('maxUnavailable'), at.child('maxSurge')];
  const hasUnavailable = scaledIntOrPercent(maxUnavailable, 100, 'up') !== 0;
  const hasSurge = scaledIntOrPercent(maxSurge, 100, 'up') !== 0;
  return [
    ...validateIntOrPercent(maxUnavailable, unavailableAt),
    ...validateIntOrPercent(maxSurge, surgeAt),
    ...validateAtMost100Percent(maxUnavailable, unavailableAt),
    ...validateAtMost100Percent(maxSurge, surgeAt),
    ...(hasUnavailable && hasSurge
      ? [invalid(surgeAt, maxSurge, 'may not be set when maxUnavailable is non-zero')]
      : []),
    ...(hasUnavailable || hasSurge ? [] : [required(unavailableAt, 'cannot be 0 when maxSurge is 0')]),
  ];
}
