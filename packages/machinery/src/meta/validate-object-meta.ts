import { type FieldError, forbidden, invalid, required, tooLong } from '../field-errors/field-error.ts';
import { goQuote } from '../field-errors/go-quote.ts';
import { type FieldPath, path } from '../field-errors/path.ts';
import { byteLength } from '../names/explain.ts';
import { checkLabelValue, checkQualifiedName } from '../names/labels.ts';
import { nameIsDnsLabel, type NameRule } from '../names/object-names.ts';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../object.ts';

const maxAnnotationsBytes = 256 * 1024;
const maxFieldManagerBytes = 128;
const maxSubresourceBytes = 256;

/** Finalizers by which a deletion waits for its dependents' deletion, or lets them go. */
export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
  /** Default `metadata`. */
  readonly at?: FieldPath;
}

/** Checks metadata of a create. Name generation must have been done. */
export function validateObjectMeta(metadata: ObjectMeta, rules: ObjectMetaRules): FieldError[] {
  const at = rules.at ?? path('metadata');
  return [
    ...validateName(metadata, rules.nameRule, at),
    ...validateNamespace(metadata, rules.namespaced, at.child('namespace')),
    ...nonNegative(metadata.generation, at.child('generation')),
    ...validateLabels(metadata.labels, at.child('labels')),
    ...validateAnnotations(metadata.annotations, at.child('annotations')),
    ...validateOwnerReferences(metadata.ownerReferences, at.child('ownerReferences')),
    ...validateFinalizers(metadata.finalizers, at.child('finalizers')),
    ...validateManagedFields(metadata.managedFields, at.child('managedFields')),
  ];
}

/** Checks what an update may not change in metadata. Checks of the values themselves are {@link validateObjectMeta}'s. */
export function validateObjectMetaUpdate(
  next: ObjectMeta,
  current: ObjectMeta,
  at: FieldPath = path('metadata'),
): FieldError[] {
  const errors: FieldError[] = [];
  if (current.deletionTimestamp !== undefined) {
    errors.push(...validateNoNewFinalizers(next.finalizers, current.finalizers, at.child('finalizers')));
  }
  if (!next.resourceVersion) {
    errors.push(invalid(at.child('resourceVersion'), '', 'must be specified for an update'));
  }
  if ((next.generation ?? 0) < (current.generation ?? 0)) {
    errors.push(invalid(at.child('generation'), next.generation ?? 0, 'must not be decremented'));
  }
  for (const field of immutableFields) {
    const value = next[field] ?? undefined;
    if (value !== (current[field] ?? undefined)) {
      errors.push(
        invalid(at.child(field), value ?? (textFields.has(field) ? '' : undefined), 'field is immutable'),
      );
    }
  }
  return errors;
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;
const textFields: ReadonlySet<string> = new Set(['name', 'namespace', 'uid']);

/** Keys are qualified names, values label values. */
export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  at: FieldPath,
): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...checkQualifiedName(key).map((problem) => invalid(at, key, problem)),
    ...checkLabelValue(value).map((problem) => invalid(at, value, problem)),
  ]);
}

/** Keys are qualified names, whatever their case; all together at most 256 KiB. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  at: FieldPath,
): FieldError[] {
  let totalBytes = 0;
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(annotations ?? {})) {
    totalBytes += byteLength(key) + byteLength(value);
    errors.push(...checkQualifiedName(key.toLowerCase()).map((problem) => invalid(at, key, problem)));
  }
  return totalBytes > maxAnnotationsBytes ? [...errors, tooLong(at, maxAnnotationsBytes)] : errors;
}

function validateName(metadata: ObjectMeta, nameRule: NameRule, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { generateName, name } = metadata;
  if (generateName) {
    const problems = nameRule(generateName, { isPrefix: true });
    errors.push(...problems.map((problem) => invalid(at.child('generateName'), generateName, problem)));
  }
  if (!name) return [...errors, required(at.child('name'), 'name or generateName is required')];
  return [...errors, ...nameRule(name).map((problem) => invalid(at.child('name'), name, problem))];
}

function validateNamespace(metadata: ObjectMeta, namespaced: boolean, at: FieldPath): FieldError[] {
  const { namespace } = metadata;
  if (!namespaced) return namespace ? [forbidden(at, 'not allowed on this type')] : [];
  if (!namespace) return [required(at)];
  return nameIsDnsLabel(namespace).map((problem) => invalid(at, namespace, problem));
}

function nonNegative(value: number | undefined, at: FieldPath): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(at, value, 'must be greater than or equal to 0')] : [];
}

function validateOwnerReferences(owners: readonly OwnerReference[] | undefined, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const owner of owners ?? []) {
    errors.push(...validateOwnerReference(owner, at));
    if (!owner.controller) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller === undefined) controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(at, owners, detail));
    }
  }
  return errors;
}

function validateOwnerReference(owner: OwnerReference, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const version = owner.apiVersion?.split('/').at(-1);
  if (!version)
    errors.push(invalid(at.child('apiVersion'), owner.apiVersion ?? '', 'version must not be empty'));
  for (const field of ['kind', 'name', 'uid'] as const) {
    if (!owner[field]) errors.push(invalid(at.child(field), owner[field] ?? '', 'must not be empty'));
  }
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
    errors.push(invalid(at, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[] | undefined, at: FieldPath): FieldError[] {
  const names = finalizers ?? [];
  const errors = names.flatMap((name) =>
    checkQualifiedName(name).map((problem) => invalid(at, name, problem)),
  );
  if (names.includes(foregroundFinalizer) && names.includes(orphanFinalizer)) {
    const detail = `finalizer ${orphanFinalizer} and ${foregroundFinalizer} cannot be both set`;
    errors.push(invalid(at, names, detail));
  }
  return errors;
}

function validateNoNewFinalizers(
  next: readonly string[] | undefined,
  current: readonly string[] | undefined,
  at: FieldPath,
): FieldError[] {
  const known = new Set(current);
  const added = [...new Set(next)].filter((name) => !known.has(name)).sort();
  if (added.length === 0) return [];
  const list = `[]string{${added.map(goQuote).join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [forbidden(at, detail)];
}

function validateManagedFields(
  entries: readonly ManagedFieldsEntry[] | undefined,
  at: FieldPath,
): FieldError[] {
  return (entries ?? []).flatMap((entry, index) => validateManagedFieldsEntry(entry, at.index(index)));
}

function validateManagedFieldsEntry(entry: ManagedFieldsEntry, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
    errors.push(invalid(at.child('operation'), entry.operation ?? '', 'must be `Apply` or `Update`'));
  }
  if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
    errors.push(invalid(at.child('fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
  }
  errors.push(...validateFieldManager(entry.manager ?? '', at.child('manager')));
  if (byteLength(entry.subresource ?? '') > maxSubresourceBytes) {
    errors.push(tooLong(at.child('subresource'), maxSubresourceBytes));
  }
  return errors;
}

/** A field manager's name: printable, at most 128 bytes. Also the rule of the `fieldManager` query parameter. */
export function validateFieldManager(manager: string, at: FieldPath = path('fieldManager')): FieldError[] {
  const errors = byteLength(manager) > maxFieldManagerBytes ? [tooLong(at, maxFieldManagerBytes)] : [];
  let position = 0;
  for (const character of manager) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) {
      const codePoint = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalid(at, manager, `invalid character U+${codePoint} (at position ${position})`));
    }
    position += byteLength(character);
  }
  return errors;
}
