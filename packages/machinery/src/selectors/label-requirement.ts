import {
  aggregateFieldErrors,
  type FieldError,
  formatFieldError,
  invalid,
} from '../field-errors/field-error.ts';
import { type FieldPath, path } from '../field-errors/path.ts';
import { checkLabelValue, checkQualifiedName } from '../names/labels.ts';

/** One condition on labels. Operators are those of selector strings. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, each once. One for `=`, `!=`, `gt` and `lt`; none for `exists` and `!`. */
  readonly values: readonly string[];
}

export type LabelOperator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export type Labels = Readonly<Record<string, string>> | undefined;

/** Whether labels meet a requirement. Absent labels meet `!=`, `notin` and `!`. */
export function meetsRequirement(labels: Labels, { key, operator, values }: LabelRequirement): boolean {
  const value = labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return compareIntegers(value, values[0], operator);
    default:
      return operator satisfies never;
  }
}

/** What is wrong with a requirement's values, as upstream's parser says it; nothing if all is well. */
export function explainBadRequirement({ key, operator, values }: LabelRequirement): string | undefined {
  const errors: FieldError[] = [];
  const at = path('values');
  if (operator === 'gt' || operator === 'lt') {
    for (const [index, value] of values.entries()) {
      if (!isInteger(value)) {
        const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
        errors.push(invalid(at.index(index), value, detail));
      }
    }
  }
  for (const [index, value] of values.entries()) errors.push(...badValue(value, at.index(index).key(key)));
  return errors.length > 0 ? aggregateFieldErrors(errors) : undefined;
}

/** What is wrong with a requirement's key. A key of a selector string has no path, which upstream prints as `<nil>`. */
export function explainBadKey(key: string): string | undefined {
  const problems = checkQualifiedName(key);
  return problems.length > 0 ? formatFieldError(invalid(path('<nil>'), key, problems.join('; '))) : undefined;
}

function badValue(value: string, at: FieldPath): FieldError[] {
  const problems = checkLabelValue(value);
  return problems.length > 0 ? [invalid(at, value, problems.join('; '))] : [];
}

function compareIntegers(
  left: string | undefined,
  right: string | undefined,
  operator: 'gt' | 'lt',
): boolean {
  if (left === undefined || right === undefined || !isInteger(left) || !isInteger(right)) return false;
  return operator === 'gt' ? BigInt(left) > BigInt(right) : BigInt(left) < BigInt(right);
}

function isInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
