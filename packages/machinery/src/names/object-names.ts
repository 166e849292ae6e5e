import { checkDns1035Label, checkDns1123Label, checkDns1123Subdomain } from './dns.ts';

/**
 * A kind's rule for the names of its objects. `isPrefix` is true for `generateName`, to which characters are appended.
 * Returns what is wrong, or nothing.
 */
export type NameRule = (name: string, options?: { readonly isPrefix?: boolean }) => string[];

/** Most kinds: a DNS subdomain. */
export const nameIsDnsSubdomain: NameRule = (name, options) => checkDns1123Subdomain(masked(name, options));

/** Namespaces and what becomes a host name: a DNS label. */
export const nameIsDnsLabel: NameRule = (name, options) => checkDns1123Label(masked(name, options));

/** Services: a DNS label that begins with a letter. */
export const nameIsDns1035Label: NameRule = (name, options) => checkDns1035Label(masked(name, options));

/** Kinds without a rule of their own (RBAC): anything that may stand in a URL path. */
export const nameIsPathSegment: NameRule = (name, options) => {
  if (!options?.isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%']
    .filter((illegal) => name.includes(illegal))
    .map((illegal) => `may not contain '${illegal}'`);
};

/** A prefix may end in a dash, because a suffix follows. Upstream masks the last two characters. */
function masked(name: string, options: { readonly isPrefix?: boolean } | undefined): string {
  return options?.isPrefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

const maxNameLength = 63;
const suffixLength = 5;

/** The name that `generateName` becomes: cut so that it stays a DNS label, with a random suffix. */
export function generateName(prefix: string, newSuffix: () => string): string {
  return `${prefix.slice(0, maxNameLength - suffixLength)}${newSuffix()}`;
}
