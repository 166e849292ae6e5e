import {
  byteLength,
  checkConfigMapKey,
  type FieldError,
  forbidden,
  invalid,
  type KubeObject,
  path,
  semanticEqual,
  tooLong,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { ConfigMap } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { base64Bytes, immutableExplanation, maxDataBytes } from './data-limits.ts';

/** https://kubernetes.io/docs/concepts/configuration/configmap/ */
export const configMap: KindDefinition = {
  kind: 'ConfigMap',
  listKind: 'ConfigMapList',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.ConfigMap' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({
      name: 'Data',
      description: 'Number of keys.',
      cell: (object) => Object.keys(dataOf(object)).length + Object.keys(binaryDataOf(object)).length,
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validate,
    validateUpdate: (next, current) => [...validateImmutable(next, current), ...validate(next)],
  },
  selectableFields: {},
  // People keep secrets in them.
  holdsSecrets: true,
  hasGeneration: false,
};

function validate(object: KubeObject): readonly FieldError[] {
  const [data, binaryData] = [dataOf(object), binaryDataOf(object)];
  const errors: FieldError[] = [];
  let totalBytes = 0;
  for (const [key, value] of Object.entries(data)) {
    const at = path('data').key(key);
    errors.push(...checkConfigMapKey(key).map((problem) => invalid(at, key, problem)));
    if (Object.hasOwn(binaryData, key))
      errors.push(invalid(at, key, 'duplicate of key present in binaryData'));
    totalBytes += byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    const at = path('binaryData').key(key);
    errors.push(...checkConfigMapKey(key).map((problem) => invalid(at, key, problem)));
    totalBytes += base64Bytes(value);
  }
  // The whole object is too long; upstream prints its path as `[]`.
  return totalBytes > maxDataBytes ? [...errors, tooLong(path('[]'), maxDataBytes)] : errors;
}

function validateImmutable(next: KubeObject, current: KubeObject): readonly FieldError[] {
  if (!(current as ConfigMap).immutable) return [];
  const errors: FieldError[] = [];
  if (!(next as ConfigMap).immutable) errors.push(forbidden(path('immutable'), immutableExplanation));
  if (!semanticEqual(dataOf(next), dataOf(current)))
    errors.push(forbidden(path('data'), immutableExplanation));
  if (!semanticEqual(binaryDataOf(next), binaryDataOf(current))) {
    errors.push(forbidden(path('binaryData'), immutableExplanation));
  }
  return errors;
}

function dataOf(object: KubeObject): Readonly<Record<string, string>> {
  return (object as ConfigMap).data ?? {};
}

function binaryDataOf(object: KubeObject): Readonly<Record<string, string>> {
  return (object as ConfigMap).binaryData ?? {};
}
