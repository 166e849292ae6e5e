import { BerthError } from '../errors/berth-error.ts';

/** Which suffixes a quantity is written with: `k M G`, `Ki Mi Gi`, or `e3 e6 e9`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/**
 * A `resource.Quantity`: an exact number of nanos, which is the smallest unit that Kubernetes keeps.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** A text that is no quantity; the message is upstream's. */
export class MalformedQuantityError extends BerthError {
  constructor(message: string) {
    super('MalformedQuantity', message);
  }
}

const formatMessage =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixMessage = "unable to parse quantity's suffix";
const shape = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

const decimalExponents = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const decimalSuffixes = new Map([...decimalExponents].map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const nanosPerUnit = 10n ** 9n;
const largestBinary = (2n ** 63n - 1n) * nanosPerUnit;
/** Beyond this a text costs more to work with than any resource can be worth. */
const largestExponent = 64;

/** @throws MalformedQuantityError */
export function parseQuantity(text: string): Quantity {
  const match = shape.exec(text);
  if (!match || text === '') throw new MalformedQuantityError(formatMessage);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const { format, base, exponent } = interpretSuffix(suffix);
  const digits = BigInt(`${whole}${fraction}` || '0');
  const nanos =
    base === 2
      ? shiftTen(digits * 2n ** BigInt(exponent), 9 - fraction.length)
      : shiftTen(digits, 9 + exponent - fraction.length);
  if (base === 2) return binary(sign === '-' ? -1n : 1n, nanos);
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

/** The canonical form: the largest suffix that leaves a whole number. Equal quantities of one format print alike. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const isWholeBinary = size % nanosPerUnit === 0n && size >= 1024n * nanosPerUnit;
  if (format === 'BinarySI' && isWholeBinary) return sign + formatBinary(size / nanosPerUnit);
  return sign + formatDecimal(size, format === 'DecimalExponent');
}

/** The sum, in the format of the first that is not zero. */
export function addQuantities(left: Quantity | string, right: Quantity | string): Quantity {
  const [a, b] = [quantityOf(left), quantityOf(right)];
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

/** `left` less `right`, in the format of the first that is not zero. */
export function subtractQuantities(left: Quantity | string, right: Quantity | string): Quantity {
  const b = quantityOf(right);
  return addQuantities(left, { ...b, nanos: -b.nanos });
}

/** Negative, zero or positive, as for `Array.prototype.sort`. */
export function compareQuantities(left: Quantity | string, right: Quantity | string): number {
  const difference = quantityOf(left).nanos - quantityOf(right).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** In whole units, rounded away from zero: bytes of memory, cores of cpu. */
export function quantityUnits(quantity: Quantity | string): number {
  return Number(divideAway(quantityOf(quantity).nanos, nanosPerUnit));
}

/** In thousandths, rounded away from zero: millicores of cpu. */
export function quantityMillis(quantity: Quantity | string): number {
  return Number(divideAway(quantityOf(quantity).nanos, nanosPerUnit / 1000n));
}

function quantityOf(quantity: Quantity | string): Quantity {
  return typeof quantity === 'string' ? parseQuantity(quantity) : quantity;
}

function interpretSuffix(suffix: string): { format: QuantityFormat; base: 2 | 10; exponent: number } {
  const decimal = decimalExponents.get(suffix);
  if (decimal !== undefined) return { format: 'DecimalSI', base: 10, exponent: decimal };
  const power = binarySuffixes.indexOf(suffix);
  if (power > 0) return { format: 'BinarySI', base: 2, exponent: power * 10 };
  const exponent = /^[eE]([-+]?\d{1,10})$/.exec(suffix);
  if (!exponent || Number(exponent[1]) > largestExponent) throw new MalformedQuantityError(suffixMessage);
  return { format: 'DecimalExponent', base: 10, exponent: Math.max(Number(exponent[1]), -largestExponent) };
}

/** Larger binary quantities than an int64 holds are that; fractions of one are written decimally. */
function binary(sign: bigint, nanos: bigint): Quantity {
  const capped = nanos > largestBinary ? largestBinary : nanos;
  return { nanos: sign * capped, format: capped > 0n && capped < nanosPerUnit ? 'DecimalSI' : 'BinarySI' };
}

/** `digits` × 10^`places`; what is there never becomes nothing. */
function shiftTen(digits: bigint, places: number): bigint {
  return places >= 0 ? digits * 10n ** BigInt(places) : divideAway(digits, 10n ** BigInt(-places));
}

function divideAway(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor;
  const quotient = value / divisor;
  if (rest === 0n) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}

function formatBinary(units: bigint): string {
  let rest = units;
  let power = 0;
  while (rest % 1024n === 0n && power < binarySuffixes.length - 1) {
    rest /= 1024n;
    power += 1;
  }
  return `${rest}${binarySuffixes[power]}`;
}

function formatDecimal(nanos: bigint, asExponent: boolean): string {
  let rest = nanos;
  let exponent = -9;
  while (rest % 1000n === 0n && (asExponent || exponent < 18)) {
    rest /= 1000n;
    exponent += 3;
  }
  if (asExponent) return exponent === 0 ? `${rest}` : `${rest}e${exponent}`;
  return `${rest}${decimalSuffixes.get(exponent)}`;
}
