import type { StatusCause } from '../status.ts';
import { aggregateMessages } from './aggregate-messages.ts';
import { goQuote } from './go-quote.ts';
import type { FieldPath } from './path.ts';

/** Reasons of a field error, as they stand in the causes of a `Status`, and the words that messages begin with. */
const fieldErrorTexts = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
} as const;

export type FieldErrorReason = keyof typeof fieldErrorTexts;

/** What is wrong with one field of an object. Render it with {@link formatFieldError}. */
export interface FieldError {
  readonly reason: FieldErrorReason;
  /** `spec.containers[0].image` */
  readonly field: string;
  /** The refused value; absent where the message does not show it. `undefined` is shown as `null`. */
  readonly value?: { readonly shown: unknown };
  /** What would be right. May be ''. */
  readonly detail: string;
}

/** A field that must be set is not. */
export function required(at: FieldPath, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field: at.toString(), detail };
}

/** A value of the right type that is malformed or out of bounds. */
export function invalid(at: FieldPath, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field: at.toString(), value: { shown: value }, detail };
}

/** A value of the wrong type. */
export function typeInvalid(at: FieldPath, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueTypeInvalid', field: at.toString(), value: { shown: value }, detail };
}

/** A value that is none of an enumeration. `supported` is shown in the order given: upstream sorts most lists. */
export function notSupported(at: FieldPath, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length > 0 ? `supported values: ${supported.map(goQuote).join(', ')}` : '';
  return { reason: 'FieldValueNotSupported', field: at.toString(), value: { shown: value }, detail };
}

/** A value that stands twice where it must be unique. */
export function duplicate(at: FieldPath, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field: at.toString(), value: { shown: value }, detail: '' };
}

/** A value that may not be set here or now. */
export function forbidden(at: FieldPath, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field: at.toString(), detail };
}

/** A value that refers to something that does not exist. */
export function valueNotFound(at: FieldPath, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field: at.toString(), value: { shown: value }, detail: '' };
}

/** A text or map of more than `maxBytes` bytes. */
export function tooLong(at: FieldPath, maxBytes: number): FieldError {
  const detail = `may not be more than ${maxBytes} ${maxBytes === 1 ? 'byte' : 'bytes'}`;
  return { reason: 'FieldValueTooLong', field: at.toString(), detail };
}

/** A list of more than `maxItems` items. */
export function tooMany(at: FieldPath, actualItems: number, maxItems: number): FieldError {
  const detail = `must have at most ${maxItems} ${maxItems === 1 ? 'item' : 'items'}`;
  return { reason: 'FieldValueTooMany', field: at.toString(), value: { shown: actualItems }, detail };
}

/** `spec.completions: Invalid value: -1: must be greater than or equal to 0` */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** The message of one or more field errors: repeats once, several in brackets. '' for none. */
export function aggregateFieldErrors(errors: readonly FieldError[]): string {
  return aggregateMessages(errors.map(formatFieldError));
}

/** The causes of an `Invalid` status. */
export function fieldErrorCauses(errors: readonly FieldError[]): StatusCause[] {
  return errors.map((error) => ({
    reason: error.reason,
    message: fieldErrorBody(error),
    field: error.field,
  }));
}

function fieldErrorBody(error: FieldError): string {
  const value = error.value ? `: ${formatValue(error.value.shown)}` : '';
  const detail = error.detail === '' ? '' : `: ${error.detail}`;
  return `${fieldErrorTexts[error.reason]}${value}${detail}`;
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (value === undefined) return 'null';
  // Go's JSON encoder writes these three as escapes, so that messages can stand in HTML.
  return JSON.stringify(value).replaceAll(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}
