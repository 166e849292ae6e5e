import {
  checkConfigMapKey,
  checkEnvVarName,
  type FieldError,
  type FieldPath,
  invalid,
  nameIsDnsSubdomain,
  required,
} from '@berth/machinery';
import type {
  ConfigMapKeySelector,
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  SecretKeySelector,
} from '../generated/api-types.ts';
import { validateFieldSelector, validateResourceFieldSelector } from './downward-api.ts';
import { invalidFor, validateDnsLabel, validateRequired } from './field-checks.ts';
import { validateNoBacksteps } from './paths.ts';

const envFieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

export function validateEnv(variables: readonly EnvVar[], at: FieldPath): FieldError[] {
  return variables.flatMap((variable, index) => {
    const name = { at: at.index(index).child('name'), value: variable.name };
    return [
      ...(variable.name ? invalidFor(name, checkEnvVarName(variable.name)) : [required(name.at)]),
      ...validateValueFrom(variable, at.index(index).child('valueFrom')),
    ];
  });
}

function validateValueFrom({ value, valueFrom }: EnvVar, at: FieldPath): FieldError[] {
  if (!valueFrom) return [];
  const sources = validateSources(valueFrom, at);
  const errors = sources.flat();
  if (sources.length === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    return [invalid(at, '', detail)];
  }
  if (value) return [...errors, invalid(at, '', 'may not be specified when `value` is not empty')];
  if (sources.length === 1) return errors;
  return [...errors, invalid(at, '', 'may not have more than one field specified at a time')];
}

/** The errors of each source that is given. */
function validateSources(from: EnvVarSource, at: FieldPath): FieldError[][] {
  const sources: FieldError[][] = [];
  if (from.fieldRef) sources.push(validateFieldSelector(from.fieldRef, at.child('fieldRef'), envFieldPaths));
  if (from.resourceFieldRef) {
    const refAt = at.child('resourceFieldRef');
    sources.push(validateResourceFieldSelector(from.resourceFieldRef, refAt, { needsContainer: false }));
  }
  if (from.configMapKeyRef) {
    sources.push(validateKeySelector(from.configMapKeyRef, at.child('configMapKeyRef')));
  }
  if (from.secretKeyRef) sources.push(validateKeySelector(from.secretKeyRef, at.child('secretKeyRef')));
  if (from.fileKeyRef) sources.push(validateFileKeySelector(from.fileKeyRef, at.child('fileKeyRef')));
  return sources;
}

function validateKeySelector(
  selector: ConfigMapKeySelector | SecretKeySelector,
  at: FieldPath,
): FieldError[] {
  const name = selector.name ?? '';
  const key = { at: at.child('key'), value: selector.key };
  return [
    ...invalidFor({ at: at.child('name'), value: name }, nameIsDnsSubdomain(name)),
    ...(selector.key ? invalidFor(key, checkConfigMapKey(selector.key)) : [required(key.at)]),
  ];
}

function validateFileKeySelector(selector: FileKeySelector, at: FieldPath): FieldError[] {
  const { key, volumeName, path } = selector;
  return [
    ...(key
      ? invalidFor({ at: at.child('key'), value: key }, checkEnvVarName(key))
      : [required(at.child('key'))]),
    ...(volumeName
      ? validateDnsLabel(volumeName, at.child('volumeName'))
      : [required(at.child('volumeName'))]),
    ...(path ? validateNoBacksteps(path, at.child('path')) : [required(at.child('path'))]),
  ];
}

export function validateEnvFrom(sources: readonly EnvFromSource[], at: FieldPath): FieldError[] {
  return sources.flatMap((source, index) => {
    const errors: FieldError[] = [];
    const { prefix, configMapRef, secretRef } = source;
    if (prefix) {
      errors.push(
        ...invalidFor({ at: at.index(index).child('prefix'), value: prefix }, checkEnvVarName(prefix)),
      );
    }
    for (const [field, reference] of Object.entries({ configMapRef, secretRef })) {
      if (reference) errors.push(...validateSourceName(reference.name, at.index(index).child(field, 'name')));
    }
    if (!configMapRef && !secretRef) {
      errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
    }
    return errors;
  });
}

function validateSourceName(name: string | undefined, at: FieldPath): FieldError[] {
  if (!name) return validateRequired(name, at);
  return invalidFor({ at, value: name }, nameIsDnsSubdomain(name, { isPrefix: true }));
}
