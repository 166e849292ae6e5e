import {
  checkQualifiedName,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  path,
  required,
  semanticEqual,
  tooLong,
} from '@berth/machinery';
import type { StorageClass, TopologySelectorTerm } from '../generated/api-types.ts';
import { invalidFor, validateEnum } from '../pod-template/field-checks.ts';

const maxParameters = 512;
const maxParameterBytes = 256 * 1024;

/** All that upstream's `ValidateStorageClass` checks beyond metadata. */
export function validateStorageClass(object: KubeObject): readonly FieldError[] {
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies } =
    object as Partial<StorageClass>;
  return [
    ...validateProvisioner(provisioner ?? '', path('provisioner')),
    ...validateParameters(parameters ?? {}, path('parameters')),
    ...(reclaimPolicy ? validateEnum(reclaimPolicy, path('reclaimPolicy'), ['Delete', 'Retain']) : []),
    ...validateEnum(volumeBindingMode, path('volumeBindingMode'), ['Immediate', 'WaitForFirstConsumer']),
    ...validateTopologies(allowedTopologies ?? [], path('allowedTopologies')),
  ];
}

const fixedFields = ['parameters', 'provisioner', 'reclaimPolicy'] as const;

export function validateStorageClassUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const [after, before] = [next as StorageClass, current as StorageClass];
  const { volumeBindingMode } = after;
  return [
    ...fixedFields
      .filter((field) => !semanticEqual(after[field], before[field]))
      .map((field) => forbidden(path(field), `updates to ${field} are forbidden.`)),
    ...(volumeBindingMode === before.volumeBindingMode
      ? []
      : [invalid(path('volumeBindingMode'), volumeBindingMode, 'field is immutable')]),
  ];
}

function validateProvisioner(provisioner: string, at: FieldPath): FieldError[] {
  if (provisioner === '') return [required(at)];
  return invalidFor({ at, value: provisioner }, checkQualifiedName(provisioner.toLowerCase()));
}

function validateParameters(parameters: Readonly<Record<string, string>>, at: FieldPath): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > maxParameters) return [tooLong(at, maxParameters)];
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return [
    ...(entries.some(([key]) => key === '') ? [invalid(at, '', 'field can not be empty.')] : []),
    ...(bytes > maxParameterBytes ? [tooLong(at, maxParameterBytes)] : []),
  ];
}

function validateTopologies(terms: readonly TopologySelectorTerm[], at: FieldPath): FieldError[] {
  return terms.flatMap((term, index) => {
    const isRepeated = terms.slice(0, index).some((earlier) => meansTheSame(earlier, term));
    const termAt = at.index(index);
    return [
      ...validateTopologyTerm(term, termAt),
      ...(isRepeated ? [duplicate(termAt.child('matchLabelExpressions'), '')] : []),
    ];
  });
}

/** The order of expressions and of values means nothing. */
function meansTheSame(one: TopologySelectorTerm, other: TopologySelectorTerm): boolean {
  const asMap = ({ matchLabelExpressions = [] }: TopologySelectorTerm) =>
    Object.fromEntries(matchLabelExpressions.map(({ key, values = [] }) => [key, values.toSorted()]));
  return semanticEqual(asMap(one), asMap(other));
}

function validateTopologyTerm(
  { matchLabelExpressions = [] }: TopologySelectorTerm,
  at: FieldPath,
): FieldError[] {
  return matchLabelExpressions.flatMap(({ key, values = [] }, index) => {
    const expressionAt = at.child('matchLabelExpressions').index(index);
    const valuesAt = expressionAt.child('values');
    const isRepeated = matchLabelExpressions.slice(0, index).some((earlier) => earlier.key === key);
    return [
      ...(values.length === 0 ? [required(valuesAt)] : []),
      ...values.flatMap((value, valueIndex) =>
        values.indexOf(value) < valueIndex ? [duplicate(valuesAt.index(valueIndex), value)] : [],
      ),
      ...invalidFor({ at: expressionAt.child('key'), value: key }, checkQualifiedName(key)),
      ...(isRepeated ? [duplicate(expressionAt.child('key'), key)] : []),
    ];
  });
}
