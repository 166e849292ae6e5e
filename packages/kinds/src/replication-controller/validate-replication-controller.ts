import {
  type FieldError,
  forbidden,
  invalid,
  type KubeObject,
  notSupported,
  path,
  required,
} from '@berth/machinery';
import type { ReplicationControllerSpec } from '../generated/api-types.ts';
import { validateNonNegative } from '../pod-template/field-checks.ts';
import { validatePodTemplate } from '../pod-template/validate-pod-template.ts';
import { replicationControllerOf } from './replication-controller-of.ts';

const specAt = path('spec');

/** All that upstream's `ValidateReplicationController` checks beyond metadata. */
export function validateReplicationController(object: KubeObject): readonly FieldError[] {
  const spec = replicationControllerOf(object).spec ?? {};
  return [
    ...validateNonNegative(spec.minReadySeconds, specAt.child('minReadySeconds')),
    ...(Object.keys(spec.selector ?? {}).length === 0 ? [required(specAt.child('selector'))] : []),
    ...validateNonNegative(spec.replicas, specAt.child('replicas')),
    ...validateTemplate(spec),
  ];
}

function validateTemplate({ template, selector = {} }: ReplicationControllerSpec): FieldError[] {
  const at = specAt.child('template');
  if (!template) return [required(at)];
  const { labels } = template.metadata ?? {};
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  const isSelected = Object.entries(selector).every(([key, value]) => labels?.[key] === value);
  const errors: FieldError[] = [];
  if (!isSelected) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalid(at.child('metadata', 'labels'), labels, detail));
  }
  errors.push(...validatePodTemplate(template, at));
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(at.child('spec', 'restartPolicy'), restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbidden(at.child('spec', 'activeDeadlineSeconds'), detail));
  }
  return errors;
}
