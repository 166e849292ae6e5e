import { badRequestError } from '@berth/machinery';

/** Upstream's conversion of a boolean query parameter: present and neither `false` nor `0`. */
export function isTruthyParameter(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
}

/** As {@link isTruthyParameter}, where absent differs from false. */
export function booleanParameter(value: string | undefined): boolean | undefined {
  return value === undefined || value === '' ? undefined : isTruthyParameter(value);
}

/** @throws StatusError `BadRequest`, in the words of Go's `strconv`. */
export function integerParameter(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (!/^[+-]?\d+$/.test(value)) {
    throw badRequestError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  const parsed = Number(value);
  if (!Number.isSafeInteger(parsed)) {
    throw badRequestError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`);
  }
  return parsed;
}
