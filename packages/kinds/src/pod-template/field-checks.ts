import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkQualifiedName,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '@berth/machinery';

/** A field and its value, for the checks of this file. */
interface Field<T> {
  readonly at: FieldPath;
  readonly value: T;
}

/** One error for each of the problems that a name rule found. */
export function invalidFor(field: Field<unknown>, problems: readonly string[]): FieldError[] {
  return problems.map((problem) => invalid(field.at, field.value, problem));
}

export function validateDnsLabel(value: string, at: FieldPath): FieldError[] {
  return invalidFor({ at, value }, checkDns1123Label(value));
}

export function validateDnsSubdomain(value: string, at: FieldPath): FieldError[] {
  return invalidFor({ at, value }, checkDns1123Subdomain(value));
}

export function validateQualifiedName(value: string, at: FieldPath): FieldError[] {
  return invalidFor({ at, value }, checkQualifiedName(value));
}

/** Absent is fine. */
export function validateNonNegative(value: number | undefined, at: FieldPath): FieldError[] {
  return (value ?? 0) < 0 ? [invalid(at, value, 'must be greater than or equal to 0')] : [];
}

/** Absent counts as 0. */
export function validatePositive(value: number | undefined, at: FieldPath): FieldError[] {
  return (value ?? 0) > 0 ? [] : [invalid(at, value ?? 0, 'must be greater than zero')];
}

export function validateRequired(value: string | undefined, at: FieldPath): FieldError[] {
  return value ? [] : [required(at)];
}

/** Required, and one of `supported`. */
export function validateEnum(
  value: string | undefined,
  at: FieldPath,
  supported: readonly string[],
): FieldError[] {
  return value ? validateOptionalEnum(value, at, supported) : [required(at)];
}

/** Absent, or one of `supported`. */
export function validateOptionalEnum(
  value: string | undefined,
  at: FieldPath,
  supported: readonly string[],
): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(at, value, supported)];
}

/** Permissions of a file: 0 to 0777. */
export function validateFileMode(mode: number | undefined, at: FieldPath): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return [];
  return [invalid(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}
