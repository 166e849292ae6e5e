import {
  checkLabelValue,
  checkQualifiedName,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  required,
  validateLabelSelector,
} from '@berth/machinery';
import type {
  Affinity,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from '../generated/api-types.ts';
import { invalidFor } from './field-checks.ts';
import { validateLabelKeys } from './label-keys.ts';

const requiredField = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredField = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(affinity: Affinity | undefined, at: FieldPath): FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {};
  return [
    ...(nodeAffinity ? validateNodeAffinity(nodeAffinity, at.child('nodeAffinity')) : []),
    ...(podAffinity ? validatePodAffinity(podAffinity, at.child('podAffinity')) : []),
    ...(podAntiAffinity ? validatePodAffinity(podAntiAffinity, at.child('podAntiAffinity')) : []),
  ];
}

function validateNodeAffinity(affinity: NodeAffinity, at: FieldPath): FieldError[] {
  const needed = affinity[requiredField];
  const errors: FieldError[] = needed ? validateNodeSelector(needed, at.child(requiredField)) : [];
  for (const [index, { weight, preference }] of (affinity[preferredField] ?? []).entries()) {
    const termAt = at.child(preferredField).index(index);
    errors.push(
      ...validateWeight(weight, termAt),
      // Of preferences bad values are only warned.
      ...validateNodeSelectorTerm(preference ?? {}, termAt.child('preference'), { checkValues: false }),
    );
  }
  return errors;
}

/** Terms of which a node must meet one. */
export function validateNodeSelector(
  { nodeSelectorTerms: terms = [] }: Partial<NodeSelector>,
  at: FieldPath,
): FieldError[] {
  const termsAt = at.child('nodeSelectorTerms');
  return [
    ...(terms.length === 0 ? [required(termsAt, 'must have at least one node selector term')] : []),
    ...terms.flatMap((term, index) =>
      validateNodeSelectorTerm(term, termsAt.index(index), { checkValues: true }),
    ),
  ];
}

function validateWeight(weight: number | undefined, at: FieldPath): FieldError[] {
  const value = weight ?? 0;
  return value > 0 && value <= 100 ? [] : [invalid(at.child('weight'), value, 'must be in the range 1-100')];
}

function validateNodeSelectorTerm(
  term: NodeSelectorTerm,
  at: FieldPath,
  { checkValues }: { readonly checkValues: boolean },
): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((requirement, index) => {
      const requirementAt = at.child('matchExpressions').index(index);
      return [
        ...validateNodeRequirement(requirement, requirementAt),
        ...(checkValues ? validateValues(requirement, requirementAt.child('values')) : []),
      ];
    }),
    ...(term.matchFields ?? []).flatMap((requirement, index) =>
      validateNodeFieldRequirement(requirement, at.child('matchFields').index(index)),
    ),
  ];
}

function validateNodeRequirement(requirement: NodeSelectorRequirement, at: FieldPath): FieldError[] {
  const { key, operator, values = [] } = requirement;
  return [
    ...validateOperands(operator, values.length, at),
    ...invalidFor({ at: at.child('key'), value: key }, checkQualifiedName(key)),
  ];
}

function validateOperands(operator: string, count: number, at: FieldPath): FieldError[] {
  const valuesAt = at.child('values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (count > 0) return [];
      return [required(valuesAt, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      if (count === 0) return [];
      return [forbidden(valuesAt, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      if (count === 1) return [];
      return [required(valuesAt, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalid(at.child('operator'), operator ?? '', 'not a valid selector operator')];
  }
}

function validateValues({ values }: NodeSelectorRequirement, at: FieldPath): FieldError[] {
  return (values ?? []).flatMap((value, index) =>
    invalidFor({ at: at.index(index), value }, checkLabelValue(value)),
  );
}

function validateNodeFieldRequirement(requirement: NodeSelectorRequirement, at: FieldPath): FieldError[] {
  const { key, operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(at.child('operator'), operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(at.child('values'), detail));
  }
  if (key !== 'metadata.name') {
    return [...errors, invalid(at.child('key'), key, 'not a valid field selector key')];
  }
  const valuesAt = at.child('values');
  return [
    ...errors,
    ...values.flatMap((value, index) =>
      invalidFor({ at: valuesAt.index(index), value }, nameIsDnsSubdomain(value)),
    ),
  ];
}

/** Affinity to pods and aversion to them have the same form. */
function validatePodAffinity(affinity: PodAffinity, at: FieldPath): FieldError[] {
  return [
    ...(affinity[requiredField] ?? []).flatMap((term, index) =>
      validatePodAffinityTerm(term, at.child(requiredField).index(index)),
    ),
    ...(affinity[preferredField] ?? []).flatMap(({ weight, podAffinityTerm }, index) => {
      const termAt = at.child(preferredField).index(index);
      return [
        ...validateWeight(weight, termAt),
        ...validatePodAffinityTerm(podAffinityTerm, termAt.child('podAffinityTerm')),
      ];
    }),
  ];
}

function validatePodAffinityTerm(term: PodAffinityTerm, at: FieldPath): FieldError[] {
  const { topologyKey } = term;
  const topologyAt = at.child('topologyKey');
  return [
    ...validateLabelSelector(term.labelSelector, at.child('labelSelector')),
    ...validateLabelSelector(term.namespaceSelector, at.child('namespaceSelector')),
    ...(term.namespaces ?? []).flatMap((name) =>
      invalidFor({ at: at.child('namespace'), value: name }, nameIsDnsLabel(name)),
    ),
    ...validateLabelKeys(term, at),
    ...(topologyKey === '' ? [required(topologyAt, 'can not be empty')] : []),
    ...invalidFor({ at: topologyAt, value: topologyKey }, checkQualifiedName(topologyKey)),
  ];
}
