import {
  type FieldError,
  type FieldPath,
  invalid,
  maxDnsSubdomainLength,
  maxLengthExplanation,
  regexExplanation,
  required,
} from '@berth/machinery';
import type { HostAlias, PodDNSConfig, PodSpec } from '../generated/api-types.ts';
import { invalidFor, validateDnsSubdomain } from './field-checks.ts';
import { validateIp } from './ip-address.ts';

const maxNameservers = 3;
const maxSearchPaths = 32;
const maxSearchListLength = 2048;

/** A DNS label that may hold underscores, as search paths do. */
const searchLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const searchFormat = `${searchLabel}(\\.${searchLabel})*`;
const searchRegex = new RegExp(`^${searchFormat}$`);
const searchRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";

/** `dnsConfig`, and that `dnsPolicy: None` has one. */
export function validateDnsConfig({ dnsPolicy, dnsConfig }: PodSpec, at: FieldPath): FieldError[] {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if ((dnsConfig.nameservers ?? []).length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [required(at.child('nameservers'), detail)];
    }
  }
  return dnsConfig ? [...validateLimits(dnsConfig, at), ...validateEntries(dnsConfig, at)] : [];
}

function validateLimits({ nameservers = [], searches = [] }: PodDNSConfig, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (nameservers.length > maxNameservers) {
    const detail = `must not have more than ${maxNameservers} nameservers`;
    errors.push(invalid(at.child('nameservers'), nameservers, detail));
  }
  if (searches.length > maxSearchPaths) {
    const detail = `must not have more than ${maxSearchPaths} search paths`;
    errors.push(invalid(at.child('searches'), searches, detail));
  }
  if (searches.join(' ').length > maxSearchListLength) {
    const detail = `must not have more than ${maxSearchListLength} characters (including spaces) in the search list`;
    errors.push(invalid(at.child('searches'), searches, detail));
  }
  return errors;
}

function validateEntries({ nameservers, searches, options }: PodDNSConfig, at: FieldPath): FieldError[] {
  return [
    ...(nameservers ?? []).flatMap((address, index) =>
      validateIp(address, at.child('nameservers').index(index)),
    ),
    ...(searches ?? []).flatMap((search, index) => validateSearch(search, at.child('searches').index(index))),
    ...(options ?? []).flatMap(({ name }, index) =>
      name ? [] : [required(at.child('options').index(index), 'must not be empty')],
    ),
  ];
}

function validateSearch(path: string, at: FieldPath): FieldError[] {
  if (path === '.') return [];
  const value = path.replace(/\.$/, '');
  const problems = value.length > maxDnsSubdomainLength ? [maxLengthExplanation(maxDnsSubdomainLength)] : [];
  if (!searchRegex.test(value)) problems.push(regexExplanation(searchRule, searchFormat, ['example.com']));
  return invalidFor({ at, value }, problems);
}

export function validateHostAliases(aliases: readonly HostAlias[], at: FieldPath): FieldError[] {
  return aliases.flatMap(({ ip, hostnames }, index) => [
    ...validateIp(ip, at.index(index).child('ip')),
    ...(hostnames ?? []).flatMap((name, nameIndex) =>
      validateDnsSubdomain(name, at.index(index).child('hostnames').index(nameIndex)),
    ),
  ]);
}
