import { randomInt } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels and no look-alikes, so that no words come out. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five random characters, as Kubernetes appends them to `generateName`. */
export function newNameSuffix(): string {
  let suffix = '';
  for (let position = 0; position < 5; position++) suffix += alphabet[randomInt(alphabet.length)];
  return suffix;
}
