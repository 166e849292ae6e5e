import {
  type FieldError,
  type FieldValidation,
  invalid,
  invalidError,
  notSupported,
  path,
  tooLong,
} from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';

/** `CreateOptions`, `UpdateOptions` and what they share with `PatchOptions`. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** `fieldManager`, or what Kubernetes makes of the user agent. */
  readonly fieldManager: string;
}

const maxManagerLength = 128;
const fieldValidations: readonly FieldValidation[] = ['Ignore', 'Strict', 'Warn'];

/** @throws StatusError `Invalid`, naming the options' kind as upstream does */
export function writeOptionsOf(
  c: ApiContext,
  optionsKind: string,
  more: readonly FieldError[] = [],
): WriteOptions {
  const fieldManager = c.req.query('fieldManager') ?? '';
  const fieldValidation = c.req.query('fieldValidation') ?? '';
  const known = fieldValidations.find((value) => value === fieldValidation);
  const errors: FieldError[] = [...more, ...managerErrors(fieldManager), ...dryRunErrors(c)];
  if (known === undefined && fieldValidation !== '') {
    errors.push(notSupported(path('fieldValidation'), fieldValidation, ['', ...fieldValidations]));
  }
  if (errors.length > 0) throw invalidError({ group: 'meta.k8s.io', kind: optionsKind }, '', errors);
  return {
    dryRun: isDryRun(c),
    fieldValidation: known ?? 'Warn',
    fieldManager: fieldManager === '' ? managerOfUserAgent(c.req.header('user-agent')) : fieldManager,
  };
}

export function isDryRun(c: ApiContext): boolean {
  return (c.req.queries('dryRun') ?? []).includes('All');
}

export function dryRunErrors(c: ApiContext): FieldError[] {
  const values = c.req.queries('dryRun') ?? [];
  return values.every((value) => value === 'All') ? [] : [notSupported(path('dryRun'), values, ['All'])];
}

function managerErrors(manager: string): FieldError[] {
  const at = path('fieldManager');
  if (manager.length > maxManagerLength) return [tooLong(at, maxManagerLength)];
  const characters = Array.from(manager);
  const index = characters.findIndex((character) => !isPrintable(character));
  if (index < 0) return [];
  const code = characters[index]?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return [invalid(at, manager, `invalid character U+${code} (at position ${index})`)];
}

/** What stands before the first `/` of a user agent, as upstream names a manager that names itself nothing. */
function managerOfUserAgent(userAgent: string | undefined): string {
  const prefix = (userAgent ?? '').split('/', 1)[0] ?? '';
  return Array.from(prefix).filter(isPrintable).join('').slice(0, maxManagerLength);
}

function isPrintable(character: string): boolean {
  return character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);
}
