import { type FieldPath, goQuote, quantityMillis } from '@berth/machinery';
import { fieldWarning } from './field-warning.ts';

/** An amount of bytes that ends within a byte. */
export function fractionalBytesWarnings(amount: string | undefined, at: FieldPath): string[] {
  if (amount === undefined || quantityMillis(amount) % 1000 === 0) return [];
  return [fieldWarning(at, `fractional byte value ${goQuote(amount)} is invalid, must be an integer`)];
}
