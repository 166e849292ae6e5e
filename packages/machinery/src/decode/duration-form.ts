import { goQuote } from '../field-errors/go-quote.ts';
import { MalformedValue } from './malformed-value.ts';

const nanosecondsPerUnit: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** `metav1.Duration`: Go's duration syntax, e.g. `90s` → `1m30s`. */
export function canonicalDuration(text: string): string {
  return formatDuration(parseDuration(text));
}

/** A `metav1.Duration` in whole milliseconds. */
export function durationMs(text: string): number {
  return Number(parseDuration(text) / 1_000_000n);
}

/** @returns nanoseconds */
export function parseDuration(text: string): bigint {
  const negative = text.startsWith('-');
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0n;
  if (unsigned === '') throw new MalformedValue(`time: invalid duration ${goQuote(text)}`);
  let total = 0n;
  for (let rest = unsigned; rest !== ''; ) {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest);
    const [whole, digits = '', fraction = '', unit = ''] = match ?? ['', '', '', ''];
    if (digits === '' && fraction === '') throw new MalformedValue(`time: invalid duration ${goQuote(text)}`);
    if (unit === '') throw new MalformedValue(`time: missing unit in duration ${goQuote(text)}`);
    const scale = nanosecondsPerUnit[unit];
    if (scale === undefined) {
      throw new MalformedValue(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    }
    total +=
      BigInt(digits || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
    rest = rest.slice(whole.length);
  }
  if (total > 2n ** 63n - 1n) throw new MalformedValue(`time: invalid duration ${goQuote(text)}`);
  return negative ? -total : total;
}

/** As Go's `Duration.String`: `1h2m3.5s`, `1.5ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `size` with the point moved left by `places`, without trailing zeros. */
function decimal(size: bigint, places: number): string {
  const unit = 10n ** BigInt(places);
  const fraction = (size % unit).toString().padStart(places, '0').replace(/0+$/, '');
  return fraction === '' ? `${size / unit}` : `${size / unit}.${fraction}`;
}
