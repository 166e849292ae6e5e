import type { PodTemplateSpec } from '@berth/kinds';

/** Letters and digits that make no words by accident; upstream's names end in the same. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * A short name of a template of pods: the same for the same template however its fields are ordered, another one for
 * each count of collisions. FNV-1a (32 bits) over its JSON.
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const text = canonicalJson(template) + (collisionCount === undefined ? '' : `|${collisionCount}`);
  let hash = offsetBasis;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, prime);
  return Array.from(String(hash >>> 0), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
