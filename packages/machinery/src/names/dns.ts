import { byteLength, maxBytesExplanation, maxLengthExplanation, regexExplanation } from './explain.ts';

const labelFormat = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainFormat = `${labelFormat}(\\.${labelFormat})*`;
const label1035Format = '[a-z]([-a-z0-9]*[a-z0-9])?';

const labelRegex = new RegExp(`^${labelFormat}$`);
const subdomainRegex = new RegExp(`^${subdomainFormat}$`);
const label1035Regex = new RegExp(`^${label1035Format}$`);

const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const label1035Rule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";

/** Longest DNS label, in bytes. */
export const maxDnsLabelLength = 63;
/** Longest DNS subdomain, in bytes. */
export const maxDnsSubdomainLength = 253;

/** What is wrong with a DNS label as of RFC 1123; nothing for a valid one. */
export function checkDns1123Label(value: string): string[] {
  const problems = byteLength(value) > maxDnsLabelLength ? [maxLengthExplanation(maxDnsLabelLength)] : [];
  if (labelRegex.test(value)) return problems;
  const isSubdomain = subdomainRegex.test(value);
  return [
    ...problems,
    isSubdomain ? 'must not contain dots' : regexExplanation(labelRule, labelFormat, ['my-name', '123-abc']),
  ];
}

/** What is wrong with a DNS subdomain as of RFC 1123; nothing for a valid one. */
export function checkDns1123Subdomain(value: string): string[] {
  return checkSubdomain(value, maxLengthExplanation(maxDnsSubdomainLength));
}

/** The same for the prefix of a label key, whose length upstream explains in bytes. */
export function checkKeyPrefix(value: string): string[] {
  return checkSubdomain(value, maxBytesExplanation(maxDnsSubdomainLength));
}

/** What is wrong with a DNS label as of RFC 1035 (it begins with a letter); nothing for a valid one. */
export function checkDns1035Label(value: string): string[] {
  const problems = byteLength(value) > maxDnsLabelLength ? [maxLengthExplanation(maxDnsLabelLength)] : [];
  if (label1035Regex.test(value)) return problems;
  return [...problems, regexExplanation(label1035Rule, label1035Format, ['my-name', 'abc-123'])];
}

function checkSubdomain(value: string, lengthExplanation: string): string[] {
  const problems = byteLength(value) > maxDnsSubdomainLength ? [lengthExplanation] : [];
  if (subdomainRegex.test(value)) return problems;
  return [...problems, regexExplanation(subdomainRule, subdomainFormat, ['example.com'])];
}
