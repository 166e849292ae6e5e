import { type HardLimit, type ObjectUsage, parseQuantity, type QuotaRule } from '@berth/machinery';

/** A usage as the SQL function `commit_writes` documents it. Equal usages make equal texts. */
export function encodeUsage({ tags, amounts, unspecified, holds = [] }: ObjectUsage): string {
  const decimals: Record<string, string> = {};
  const binary: string[] = [];
  for (const counter of Object.keys(amounts).sort()) {
    const quantity = parseQuantity(amounts[counter] ?? '0');
    if (quantity.nanos === 0n) continue;
    decimals[counter] = decimalOf(quantity.nanos);
    if (quantity.format === 'BinarySI') binary.push(counter);
  }
  // First, because the database looks for them there.
  const held = holds.length > 0 ? { holds: [...holds].sort() } : {};
  return JSON.stringify({
    ...held,
    class: [...tags].sort().join(' '),
    amounts: decimals,
    binary,
    unspecified,
  });
}

/** A quota's rule as the SQL function `commit_writes` documents it. */
export function encodeQuotaRule({ scopes, hard }: QuotaRule): string {
  return JSON.stringify({ scopes, hard: hard.map(encodeLimit) });
}

function encodeLimit({ resource, counter, quantity }: HardLimit) {
  return { resource, counter, amount: decimalQuantity(quantity), quantity };
}

/** `500m` as `0.5`. */
export function decimalQuantity(quantity: string): string {
  return decimalOf(parseQuantity(quantity).nanos);
}

const nanosPerUnit = 10n ** 9n;

function decimalOf(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % nanosPerUnit)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${sign}${size / nanosPerUnit}${fraction === '' ? '' : `.${fraction}`}`;
}
