import { MalformedValue } from './malformed-value.ts';

const formatMessage =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixMessage = "unable to parse quantity's suffix";

const quantityPattern = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*(?:[+-]?\d*))$/;

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const decimalSuffixes = new Map(
  Object.entries(decimalExponents).map(([suffix, exponent]) => [exponent, suffix]),
);
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** What users write most: small whole numbers in a form that is canonical already. */
const canonicalAlready = /^(?:0|[1-9]\d{0,2}m?|[1-9]\d{0,2}(?:Mi|Gi))$/;

/** Beyond these a text costs more to work with than any resource can be worth. */
const maxLength = 1_000;
const maxExponent = 64;
/** With no more digits than that, anything smaller is a nano, rounded up. */
const minExponent = -2 * maxLength;

type QuantityFormat = 'decimal' | 'exponent' | 'binary';

/**
 * `resource.Quantity` in its canonical form, as Kubernetes stores and shows it: `0.1` → `100m`, `1024Mi` → `1Gi`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonicalQuantity(text: string): string {
  // Of the multiples of eight, only those of 1024 would change; three digits never reach it.
  if (canonicalAlready.test(text)) return text;
  if (text.length > maxLength) {
    throw new MalformedValue(`a quantity of ${text.length} characters is longer than ${maxLength}`);
  }
  const match = quantityPattern.exec(text);
  if (!match || text === '') throw new MalformedValue(formatMessage);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const { format, exponent } = interpretSuffix(suffix);
  const digits = BigInt(`${whole}${fraction}` || '0');
  if (digits === 0n) return '0';
  if (isKeptAsWritten({ format, exponent, whole, fraction })) return text;
  // The value is numerator × 10^scale.
  const numerator = format === 'binary' ? digits * 2n ** BigInt(exponent) : digits;
  const scale = (format === 'binary' ? 0 : exponent) - fraction.length;
  const rounded = roundUpToNano(numerator, scale);
  const size = format === 'binary' ? formatBinary(rounded) : formatDecimal(rounded, format);
  return sign === '-' ? `-${size}` : size;
}

interface WrittenQuantity {
  readonly format: QuantityFormat;
  readonly exponent: number;
  readonly whole: string;
  readonly fraction: string;
}

/**
 * Upstream keeps the text of a number whose digits would stay the same: `1.001` is not made `1001m`, nor `+1` made `1`.
 * It does so only for numbers that fit its fast path.
 */
function isKeptAsWritten({ format, exponent, whole, fraction }: WrittenQuantity): boolean {
  const number = whole.replace(/^0+/, '') || '0';
  if (format === 'binary') {
    const precision = 14 - number.length - Math.floor((exponent * 3) / 10);
    return fraction === '' && precision >= 0 && BigInt(number) % 8n !== 0n;
  }
  const shifted = `${number}${fraction}`;
  const scale = exponent - fraction.length;
  if (shifted.length > 18 || scale < -9 || scale % 3 !== 0) return false;
  return !shifted.endsWith('000') && !shifted.startsWith('0');
}

interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

function interpretSuffix(suffix: string): { readonly format: QuantityFormat; readonly exponent: number } {
  const decimal = decimalExponents[suffix];
  if (decimal !== undefined) return { format: 'decimal', exponent: decimal };
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) return { format: 'binary', exponent: binary * 10 };
  const exponent = /^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : Infinity;
  if (exponent > maxExponent) throw new MalformedValue(suffixMessage);
  return { format: 'exponent', exponent: Math.max(exponent, minExponent) };
}

/** Nothing smaller than a nano is kept; what is there rounds away from zero. */
function roundUpToNano(digits: bigint, scale: number): Decimal {
  if (scale >= -9) return { digits, scale };
  const unit = 10n ** BigInt(-9 - scale);
  return { digits: (digits + unit - 1n) / unit, scale: -9 };
}

function formatBinary({ digits, scale }: Decimal): string {
  const unit = 10n ** BigInt(Math.max(0, -scale));
  const isWhole = digits % unit === 0n;
  const largest = 2n ** 63n - 1n;
  let value = digits / unit;
  if (value > largest) value = largest;
  if (!isWhole || value < 1024n) {
    return isWhole
      ? formatDecimal({ digits: value, scale: 0 }, 'decimal')
      : formatDecimal({ digits, scale }, 'decimal');
  }
  let power = 0;
  while (power < binarySuffixes.length - 1 && value % 1024n === 0n) {
    value /= 1024n;
    power += 1;
  }
  return `${value}${binarySuffixes[power]}`;
}

/** The exponent is a multiple of three and as large as keeps the number whole. */
function formatDecimal(value: Decimal, format: 'decimal' | 'exponent'): string {
  let { digits, scale } = value;
  while (digits % 10n === 0n) {
    digits /= 10n;
    scale += 1;
  }
  while (scale % 3 !== 0) {
    digits *= 10n;
    scale -= 1;
  }
  if (format === 'exponent') return scale === 0 ? `${digits}` : `${digits}e${scale}`;
  const suffix = decimalSuffixes.get(scale);
  if (suffix !== undefined) return `${digits}${suffix}`;
  return scale > 18 ? `${digits * 10n ** BigInt(scale - 18)}E` : `${digits}e${scale}`;
}
