import { randomInt } from 'node:crypto';

/** Without vowels and look-alikes, as Kubernetes' own, so that no words come out. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five random characters for `generateName`. */
export function randomNameSuffix(): string {
  return Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
