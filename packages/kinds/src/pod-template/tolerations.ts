import {
  checkLabelValue,
  checkQualifiedName,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  semanticEqual,
} from '@berth/machinery';
import type { Toleration } from '../generated/api-types.ts';
import { invalidFor, validateOptionalEnum } from './field-checks.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly Toleration[], at: FieldPath): FieldError[] {
  return tolerations.flatMap((toleration, index) => validateToleration(toleration, at.index(index)));
}

function validateToleration(toleration: Toleration, at: FieldPath): FieldError[] {
  const { key, operator = '', effect = '', tolerationSeconds } = toleration;
  const errors = key ? invalidFor({ at: at.child('key'), value: key }, checkQualifiedName(key)) : [];
  if (!key && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(at.child('operator'), operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalid(at.child('effect'), effect, detail));
  }
  errors.push(...validateOperator(toleration, at.child('operator')));
  return effect === '' ? errors : [...errors, ...validateOptionalEnum(effect, at.child('effect'), effects)];
}

function validateOperator({ operator, value = '' }: Toleration, at: FieldPath): FieldError[] {
  // The generated type leaves '' out, which is as good as Equal.
  const text: string = operator ?? '';
  if (text === '' || text === 'Equal') {
    const problems = checkLabelValue(value);
    return problems.length > 0 ? [invalid(at, value, problems.join(';'))] : [];
  }
  if (text === 'Exists') {
    return value ? [invalid(at, value, "value must be empty when `operator` is 'Exists'")] : [];
  }
  // Lt and Gt are known but behind a gate that is off, and only they are told of themselves.
  const known = ['Equal', 'Exists'];
  return [notSupported(at, text, text === 'Lt' || text === 'Gt' ? [...known, 'Lt', 'Gt'] : known)];
}

/** An update may add tolerations and change how long one lasts, nothing else. */
export function validateTolerationUpdate(
  next: readonly Toleration[],
  current: readonly Toleration[],
  at: FieldPath,
): FieldError[] {
  const isKept = (old: Toleration) =>
    next.some((toleration) =>
      semanticEqual(
        { ...old, tolerationSeconds: undefined },
        { ...toleration, tolerationSeconds: undefined },
      ),
    );
  if (current.every(isKept)) return validateTolerations(next, at);
  return [forbidden(at, 'existing toleration can not be modified except its tolerationSeconds')];
}
