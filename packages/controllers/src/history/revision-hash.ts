import { withSortedFields } from './sorted-fields.ts';

/** Letters and digits that make no words by accident; upstream's names end in the same. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * A short name of what a revision holds: the same however fields are ordered, another one for each count of collisions.
 * FNV-1a (32 bits) over its JSON.
 */
export function revisionHash(data: object, collisionCount: number | undefined): string {
  const text = JSON.stringify(withSortedFields(data)) + (collisionCount ? `|${collisionCount}` : '');
  let hash = offsetBasis;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, prime);
  const digits = String(hash >>> 0);
  return Array.from(digits, (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}
