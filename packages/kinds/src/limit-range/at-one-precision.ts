import { quantityMillis, quantityUnits } from '@berth/machinery';

/** Beyond this a number of thousandths is no longer exact. */
const largestMillisInUnits = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** Amounts in a unit that they share: in thousandths where all are small enough to be exact, else in whole units. */
export function atOnePrecision(amounts: readonly string[]): {
  readonly values: readonly number[];
  readonly perUnit: 1 | 1000;
} {
  const units = amounts.map(quantityUnits);
  return units.every((value) => value <= largestMillisInUnits)
    ? { values: amounts.map(quantityMillis), perUnit: 1000 }
    : { values: units, perUnit: 1 };
}
