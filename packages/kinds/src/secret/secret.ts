import { type FieldError, forbidden, invalid, type KubeObject, path, semanticEqual } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import { immutableExplanation } from '../config-map/data-limits.ts';
import type { Secret } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { validateSecretData } from './validate-secret-data.ts';

/** https://kubernetes.io/docs/concepts/configuration/secret/ */
export const secret: KindDefinition = {
  kind: 'Secret',
  listKind: 'SecretList',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.Secret' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({ name: 'Type', description: 'What the data is for.', cell: typeOf }),
    textColumn({
      name: 'Data',
      description: 'Number of keys.',
      cell: (object) => Object.keys((object as Secret).data ?? {}).length,
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validateSecretData,
    validateUpdate: (next, current) => [...validateImmutable(next, current), ...validateSecretData(next)],
  },
  selectableFields: { type: typeOf },
  hasGeneration: false,
  encryptedAtRest: true,
};

/** `stringData` can only be written: it overwrites `data`, and is never read back. */
function applyDefaults(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object as Secret;
  const defaulted: Secret = { ...rest, type: rest.type || 'Opaque' };
  if (!stringData || Object.keys(stringData).length === 0) return defaulted;
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(text, 'utf8').toString('base64'),
  ]);
  const merged: Secret = { ...defaulted, data: { ...rest.data, ...Object.fromEntries(encoded) } };
  return merged;
}

function validateImmutable(next: Secret, current: Secret): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (next.type !== current.type) errors.push(invalid(path('type'), next.type ?? '', 'field is immutable'));
  if (!current.immutable) return errors;
  if (!next.immutable) errors.push(forbidden(path('immutable'), immutableExplanation));
  if (!semanticEqual(next.data ?? {}, current.data ?? {})) {
    errors.push(forbidden(path('data'), immutableExplanation));
  }
  return errors;
}

function typeOf(object: KubeObject): string {
  return (object as Secret).type ?? '';
}
