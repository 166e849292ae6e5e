import { type FieldError, forbidden, invalid, required } from '../field-errors/field-error.ts';
import type { FieldPath } from '../field-errors/path.ts';
import { validateLabels } from '../meta/validate-object-meta.ts';
import { checkLabelValue, checkQualifiedName } from '../names/labels.ts';
import {
  type LabelOperator,
  type LabelRequirement,
  type Labels,
  meetsRequirement,
} from './label-requirement.ts';

/** `metav1.LabelSelector`. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: ReadonlyArray<{
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }>;
}

/** Whether labels meet all requirements. */
export function matchesLabels(labels: Labels, requirements: readonly LabelRequirement[]): boolean {
  return requirements.every((requirement) => meetsRequirement(labels, requirement));
}

/**
 * The requirements of a LabelSelector object that has been validated. No selector at all selects nothing: callers
 * decide on `undefined` themselves; an empty one selects everything.
 */
export function labelSelectorRequirements(selector: LabelSelectorObject): readonly LabelRequirement[] {
  const equalities = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): LabelRequirement => ({ key, operator: '=', values: [value] }),
  );
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }): LabelRequirement => {
    const known = expressionOperators[operator];
    if (known === undefined) throw new Error(`"${operator}" is not a valid label selector operator`);
    return { key, operator: known, values: [...(values ?? [])].sort() };
  });
  return [...equalities, ...expressions];
}

const expressionOperators: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** What is wrong with a LabelSelector object; nothing for none at all. */
export function validateLabelSelector(
  selector: LabelSelectorObject | undefined,
  at: FieldPath,
): FieldError[] {
  const errors = validateLabels(selector?.matchLabels, at.child('matchLabels'));
  for (const [index, expression] of (selector?.matchExpressions ?? []).entries()) {
    errors.push(...validateExpression(expression, at.child('matchExpressions').index(index)));
  }
  return errors;
}

type Expression = NonNullable<LabelSelectorObject['matchExpressions']>[number];

function validateExpression({ key, operator, values = [] }: Expression, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(at.child('values'), detail));
    }
  } else {
    errors.push(invalid(at.child('operator'), operator, 'not a valid selector operator'));
  }
  errors.push(...checkQualifiedName(key).map((problem) => invalid(at.child('key'), key, problem)));
  for (const [index, value] of values.entries()) {
    const problems = checkLabelValue(value);
    errors.push(...problems.map((problem) => invalid(at.child('values').index(index), value, problem)));
  }
  return errors;
}
